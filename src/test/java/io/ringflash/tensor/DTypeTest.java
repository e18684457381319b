package io.ringflash.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DTypeTest {
  private static final int ALL_VALUES = 1 << 16;

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "FP32")
  void everySixteenBitValueSurvivesLoadAndStore(DType dtype) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(2);
      for (int bits = 0; bits < ALL_VALUES; bits++) {
        data.set(ValueLayout.JAVA_SHORT, 0, (short) bits);
        float value = dtype.load(data, 0);
        dtype.store(data, 0, value);
        if (Float.isNaN(value)) {
          assertThat(dtype.load(data, 0)).isNaN();
        } else {
          assertThat(data.get(ValueLayout.JAVA_SHORT, 0)).isEqualTo((short) bits);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "FP32")
  void tiesGoToTheEvenNeighbourAndAnythingElseToTheNearest(DType dtype) {
    for (int bits = 0; bits < 1 << 15; bits++) {
      float low = valueOf(dtype, bits);
      float high = valueOf(dtype, bits + 1);
      if (!Float.isFinite(low) || !Float.isFinite(high)) {
        continue;
      }
      double middle = ((double) low + high) / 2;
      float tie = (float) middle;
      assertThat((double) tie).as("the tie is an FP32 value").isEqualTo(middle);
      float even = bits % 2 == 0 ? low : high;
      assertThat(dtype.round(tie)).isEqualTo(even);
      assertThat(dtype.round(Math.nextDown(tie))).isEqualTo(low);
      assertThat(dtype.round(Math.nextUp(tie))).isEqualTo(high);
      assertThat(dtype.round(-tie)).isEqualTo(-even);
    }
  }

  @Test
  void valuesBeyondTheLargestBecomeInfinity() {
    assertThat(DType.FP16.round(65519.996f)).isEqualTo(65504);
    assertThat(DType.FP16.round(65520)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(DType.BF16.round(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(DType.BF16.round(-Float.MAX_VALUE)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource
  void specialValuesStayWhatTheyAre(DType dtype) {
    assertThat(dtype.round(Float.NaN)).isNaN();
    assertThat(dtype.round(Float.intBitsToFloat(0x7F80_0001))).as("NaN of low bits").isNaN();
    assertThat(dtype.round(Float.intBitsToFloat(0xFFFF_FFFF))).isNaN();
    assertThat(dtype.round(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(dtype.round(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Float.floatToRawIntBits(dtype.round(-0.0f))).isEqualTo(0x8000_0000);
  }

  @ParameterizedTest
  @EnumSource
  void storeRoundsLikeRound(DType dtype) {
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(5);
      for (int i = 0; i < 10_000; i++) {
        float value = Float.intBitsToFloat(random.nextInt());
        dtype.store(data, 1, value);
        assertThat(Float.floatToIntBits(dtype.load(data, 1)))
            .isEqualTo(Float.floatToIntBits(dtype.round(value)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyElementsAreAsEachAlone(DType dtype) {
    Random random = new Random(2);
    try (Arena arena = Arena.ofConfined()) {
      int count = 37;
      MemorySegment data = arena.allocate(1 + 4L * count);
      float[] source = new float[count + 3];
      for (int i = 0; i < source.length; i++) {
        source[i] = Float.intBitsToFloat(random.nextInt());
      }
      dtype.storeAll(data, 1, source, 2, count);
      float[] target = new float[count + 3];
      dtype.loadAll(data, 1, target, 2, count);
      for (int i = 0; i < count; i++) {
        float single = dtype.load(data, 1 + (long) i * dtype.byteSize());
        assertThat(target[2 + i]).isEqualTo(Float.valueOf(dtype.round(source[2 + i])));
        assertThat(target[2 + i]).isEqualTo(Float.valueOf(single));
      }
      assertThat(target[0] + target[1] + target[count + 2]).isZero();
    }
  }

  @Test
  void labelsAreThoseOfTheCommandLine() {
    assertThat(DType.values()).extracting(DType::label).containsExactly("fp32", "fp16", "bf16");
    assertThat(DType.values()).extracting(DType::byteSize).containsExactly(4, 2, 2);
  }

  private static float valueOf(DType dtype, int bits) {
    return dtype.load(MemorySegment.ofArray(new short[] {(short) bits}), 0);
  }
}
