package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every 16-bit pattern; FP32 has the same ones as its upper halves. */
class WideningTest {
  private static final int ROW = 256;
  private static final int ROWS = (1 << 16) / ROW;

  /** Whole rows, and rows that need padding: FP32 ones stay in place or are copied. */
  @ParameterizedTest
  @EnumSource
  void isExactForEveryPattern(DType dtype) {
    try (Arena arena = Arena.ofConfined()) {
      for (int headDim : new int[] {ROW, ROW - 1}) {
        requireExact(Tensor.allocate(arena, dtype, 1, ROWS, 1, headDim));
      }
    }
  }

  private static void requireExact(Tensor tensor) {
    DType dtype = tensor.dtype();
    FloatRows rows = new FloatRows();
    for (int row = 0; row < ROWS; row++) {
      int headDim = (int) tensor.dim(3);
      for (int d = 0; d < headDim; d++) {
        setHighBits(tensor, row, d, (short) (row * ROW + d));
      }
      rows.take(HeadRows.of(tensor, 0, row, 0), 1, ROW);
      int[] actual = new int[headDim];
      int[] expected = new int[headDim];
      for (int d = 0; d < headDim; d++) {
        actual[d] = Float.floatToIntBits(DType.FP32.load(rows.data(), rows.at(0, d)));
        expected[d] =
            Float.floatToIntBits(dtype.load(tensor.data(), tensor.byteOffset(0, row, 0, d)));
      }
      assertThat(actual)
          .as("patterns from %x on: %s", row * ROW, Arrays.toString(expected))
          .isEqualTo(expected);
    }
  }

  private static void setHighBits(Tensor tensor, int row, int d, short bits) {
    long end = tensor.byteOffset(0, row, 0, d) + tensor.dtype().byteSize();
    tensor.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, end - Short.BYTES, bits);
  }
}
