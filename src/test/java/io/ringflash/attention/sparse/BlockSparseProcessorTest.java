package io.ringflash.attention.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockSparseProcessorTest {
  private static final int BLOCK = 32;
  private static final AttentionShape SHAPE = new AttentionShape(2, 300, 300, 4, 2, 40);

  private final Arena arena = Arena.ofAuto();
  private final Tensor q = clustered(SHAPE.queryShape(), 1);
  private final Tensor k = clustered(SHAPE.keyShape(), 1);
  private final Tensor v = clustered(SHAPE.keyShape(), 3);

  @Test
  void allBlocksAreDenseAttention() {
    AttentionResult dense = run(null, true, "cpu:0", Sharding.CONTIGUOUS);
    AttentionResult sparse = run(choose(1.0, true), true, "cpu:0", Sharding.CONTIGUOUS);
    assertThat(largestDifference(dense.out(), sparse.out())).isLessThan(1e-5);
    assertThat(choose(1.0, true).density()).isEqualTo(1);
    assertThat(recall(sparse, dense)).isCloseTo(1, offset(1e-5));
  }

  @Test
  void keepsMostOfTheMassInFewBlocks() {
    BlockSelection selection = choose(0.9, false);
    AttentionResult dense = run(null, false, "cpu:0", Sharding.CONTIGUOUS);
    AttentionResult sparse = run(selection, false, "cpu:0", Sharding.CONTIGUOUS);
    assertThat(selection.density()).isBetween(0.05, 0.7);
    assertThat(recall(sparse, dense)).isBetween(0.85, 1.0);
    assertThat(recall(sparse, dense)).isGreaterThan(selection.density() + 0.2);
  }

  @Test
  void isTheSameOnEveryRing() {
    BlockSelection selection = choose(0.7, true);
    AttentionResult one = run(selection, true, "cpu:0", Sharding.CONTIGUOUS);
    for (Sharding sharding : Sharding.values()) {
      AttentionResult three = run(selection, true, "cpu:0,cpu:1,cpu:2", sharding);
      assertThat(largestDifference(one.out(), three.out())).as(sharding.label()).isLessThan(1e-5);
    }
  }

  @Test
  void noRowLosesAllItsKeys() {
    AttentionResult sparse = run(choose(0.01, true), true, "cpu:0", Sharding.CONTIGUOUS);
    Tensor lse = sparse.lse().orElseThrow();
    for (long i = 0; i < SHAPE.seqLenQ(); i++) {
      assertThat(lse.get(0, 0, i)).isFinite();
    }
  }

  @Test
  void refusesImpossibleSelections() {
    assertThatThrownBy(() -> BlockSelection.choose(problem(false), q, k, 0, 0.5))
        .hasMessage("block size should be at least 1 but got 0");
    assertThatThrownBy(() -> BlockSelection.choose(problem(false), q, k, 8, 1.5))
        .hasMessage("mass should be in (0, 1] but got 1.5");
  }

  private BlockSelection choose(double mass, boolean causal) {
    return BlockSelection.choose(problem(causal), q, k, BLOCK, mass);
  }

  private static AttentionProblem problem(boolean causal) {
    AttentionProblem plain = AttentionProblem.plain(SHAPE, DType.FP32);
    return new AttentionProblem(
        SHAPE,
        DType.FP32,
        causal ? AttentionMask.CAUSAL : AttentionMask.NONE,
        plain.scale(),
        0,
        plain.alibi(),
        plain.dropout());
  }

  private AttentionResult run(
      @Nullable BlockSelection selection, boolean causal, String devices, Sharding sharding) {
    AttentionOptions options =
        AttentionOptions.builder()
            .causal(causal)
            .sharding(sharding)
            .deviceSpeeds(devices.length() > 5 ? new double[] {1, 2, 3} : new double[] {1})
            .blockProcessor(selection == null ? null : new BlockSparseProcessor(selection))
            .build();
    try (RingFlashAttention attention = RingFlashAttention.on(devices)) {
      return attention.forward(q, k, v, options);
    }
  }

  private static double recall(AttentionResult sparse, AttentionResult dense) {
    return BlockSparseProcessor.recall(sparse.lse().orElseThrow(), dense.lse().orElseThrow());
  }

  private static double largestDifference(Tensor a, Tensor b) {
    double largest = 0;
    for (long i = 0; i < a.size(); i++) {
      float difference =
          DType.FP32.load(a.data(), i * Float.BYTES) - DType.FP32.load(b.data(), i * Float.BYTES);
      largest = Math.max(largest, Math.abs(difference));
    }
    return largest;
  }

  /**
   * Neighbouring tokens resemble each other, as real ones do: each block has a direction of its
   * own.
   */
  private Tensor clustered(long[] shape, long seed) {
    Tensor tensor = Tensor.allocate(arena, DType.FP32, shape);
    Random random = new Random(seed);
    float[][] directions = new float[(int) shape[1] / BLOCK + 1][(int) shape[3]];
    for (float[] direction : directions) {
      for (int d = 0; d < direction.length; d++) {
        direction[d] = (float) random.nextGaussian() * 1.2f;
      }
    }
    for (long b = 0; b < shape[0]; b++) {
      for (long i = 0; i < shape[1]; i++) {
        for (long h = 0; h < shape[2]; h++) {
          for (int d = 0; d < shape[3]; d++) {
            float noise = 0.5f * (float) random.nextGaussian();
            tensor.set(directions[(int) i / BLOCK][d] + noise, b, i, h, d);
          }
        }
      }
    }
    return tensor;
  }
}
