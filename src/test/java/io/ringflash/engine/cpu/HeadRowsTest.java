package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeadRowsTest {
  private static final float NOT_A_ROWS = Float.NaN;

  /** What lies beside a row, in memory of other heads or of nobody, is not read as a part of it. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void readsRowsOfAnyLengthInPlace(DType dtype) {
    try (Arena arena = Arena.ofConfined()) {
      for (int headDim : new int[] {1, Simd.LANES - 1, Simd.LANES, 2 * Simd.LANES + 3, 100}) {
        requireRows(Tensor.allocate(arena, dtype, 2, 5, 3, headDim));
        Tensor wide = Tensor.allocate(arena, dtype, 2, 5, 2, 3, headDim + 2);
        requireRows(wide.slice(4, 1, headDim, 1).select(2, 1));
      }
    }
  }

  private static void requireRows(Tensor tensor) {
    int headDim = (int) tensor.dim(3);
    for (int head = 0; head < 3; head++) {
      for (int token = 0; token < 5; token++) {
        for (int d = 0; d < headDim; d++) {
          tensor.set(head == 1 ? element(token, d) : NOT_A_ROWS, 1, token, head, d);
        }
      }
    }
    HeadRows rows = HeadRows.of(tensor, 1, 2, 1);
    for (int row = 0; row < 3; row++) {
      for (int d = 0; d < Simd.padded(headDim); d += Simd.LANES) {
        float[] vector = rows.load(row, d).toArray();
        for (int lane = 0; lane < Simd.LANES; lane++) {
          float expected = d + lane < headDim ? element(row + 2, d + lane) : 0;
          assertThat(vector[lane]).isEqualTo(expected);
        }
      }
    }
  }

  private static float element(int token, int d) {
    return token - d / 4f;
  }
}
