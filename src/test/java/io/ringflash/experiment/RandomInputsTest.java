package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;

class RandomInputsTest {
  private static final AttentionShape SHAPE = new AttentionShape(1, 300, 200, 4, 2, 64);

  private final Arena arena = Arena.ofAuto();

  @Test
  void numbersAreNormallyDistributed() {
    SummaryStatistics statistics = new SummaryStatistics();
    for (float value : floats(create(DType.FP32, 1).q())) {
      statistics.addValue(value);
    }

    assertThat(statistics.getMean()).isCloseTo(0, offset(0.02));
    assertThat(statistics.getVariance()).isCloseTo(1, offset(0.02));
  }

  @Test
  void theSeedDecides() {
    assertThat(floats(create(DType.FP32, 1).k())).isEqualTo(floats(create(DType.FP32, 1).k()));
    assertThat(floats(create(DType.FP32, 1).k())).isNotEqualTo(floats(create(DType.FP32, 2).k()));
  }

  @Test
  void tensorsAndChunksDiffer() {
    AttentionInputs inputs = create(DType.FP32, 1);
    float[] k = floats(inputs.k());

    assertThat(k).isNotEqualTo(floats(inputs.v()));
    assertThat(k[0]).isNotEqualTo(k[4096]);
  }

  @Test
  void storageTypesRoundTheSameNumbers() {
    float[] exact = floats(create(DType.FP32, 1).v());
    float[] rounded = floats(create(DType.BF16, 1).v());

    assertThat(rounded[77]).isEqualTo(DType.BF16.round(exact[77]));
  }

  @Test
  void jointTokensHaveTheShapeOfKeys() {
    AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 1).create(SHAPE, 7);

    assertThat(Objects.requireNonNull(inputs.jointK()).shape()).containsExactly(1, 7, 2, 64);
    assertThat(inputs.q().shape()).containsExactly(1, 300, 4, 64);
    assertThat(inputs.v().shape()).containsExactly(1, 200, 2, 64);
  }

  @Test
  void noMachineHasRoomForTheLongest() {
    RandomInputs inputs = new RandomInputs(arena, DType.FP16, 1);
    AttentionShape longest = new AttentionShape(1, 1, Integer.MAX_VALUE, 1 << 16, 1 << 16, 256);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.create(longest))
        .withMessageContaining("144 PB of free memory for random inputs but has");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.create(SHAPE, 1L << 62))
        .withMessageContaining("2361 EB");
  }

  private AttentionInputs create(DType dtype, long seed) {
    return new RandomInputs(arena, dtype, seed).create(SHAPE);
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.dtype().load(tensor.data(), (long) i * tensor.dtype().byteSize());
    }
    return values;
  }
}
