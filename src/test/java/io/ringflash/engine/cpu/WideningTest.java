package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WideningTest {
  private static final int PATTERNS = 1 << 16;

  /** Every 16-bit pattern; FP32 has the same ones as its upper halves. */
  @ParameterizedTest
  @EnumSource
  void isExactForEveryPattern(DType dtype) {
    try (Arena arena = Arena.ofConfined()) {
      int width = dtype.byteSize();
      MemorySegment data = arena.allocate((long) PATTERNS * width);
      for (int bits = 0; bits < PATTERNS; bits++) {
        long at = (long) (bits + 1) * width - Short.BYTES;
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) bits);
      }
      float[] lanes = new float[Simd.LANES];
      for (int first = 0; first < PATTERNS; first += Simd.LANES) {
        Widening.load(dtype, data, (long) first * width).intoArray(lanes, 0);
        for (int lane = 0; lane < lanes.length; lane++) {
          float expected = dtype.load(data, (long) (first + lane) * width);
          assertThat(Float.floatToIntBits(lanes[lane]))
              .as("pattern %x", first + lane)
              .isEqualTo(Float.floatToIntBits(expected));
        }
      }
    }
  }
}
