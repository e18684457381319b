package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatRowsTest {
  private static final int TOKENS = 5;
  private static final float NOT_A_ROWS = Float.NaN;

  private final FloatRows rows = new FloatRows();

  /**
   * What lies beside a row, in memory of other heads or of nobody, is not read as a part of it.
   * Longer rows come first: what they leave behind does not fill shorter ones.
   */
  @ParameterizedTest
  @EnumSource(DType.class)
  void rowsOfAnyLengthEndWithZeros(DType dtype) {
    try (Arena arena = Arena.ofConfined()) {
      for (int headDim : new int[] {256, 200, 128, 100, 64, 33, Simd.LANES, Simd.LANES - 1, 1}) {
        requireRows(Tensor.allocate(arena, dtype, 2, TOKENS, 3, headDim));
        Tensor wide = Tensor.allocate(arena, dtype, 2, TOKENS, 2, 3, headDim + 2);
        requireRows(wide.slice(4, 1, headDim, 1).select(2, 1));
      }
    }
  }

  private void requireRows(Tensor tensor) {
    int headDim = (int) tensor.dim(3);
    for (int head = 0; head < 3; head++) {
      for (int token = 0; token < TOKENS; token++) {
        for (int d = 0; d < headDim; d++) {
          tensor.set(head == 1 ? element(token, d) : NOT_A_ROWS, 1, token, head, d);
        }
      }
    }
    requireRows(tensor, Simd.padded(headDim));
    requireRows(tensor, PairKernel.stride(headDim));
  }

  private void requireRows(Tensor tensor, int stride) {
    rows.take(HeadRows.of(tensor, 1, 2, 1), TOKENS - 2, stride);
    assertThat(rows.stride()).isEqualTo(stride);
    assertThat(rows.count()).isEqualTo(TOKENS - 2);
    for (int row = 0; row < rows.count(); row++) {
      for (int d = 0; d < stride; d++) {
        float actual = DType.FP32.load(rows.data(), rows.at(row, d));
        assertThat(actual).isEqualTo(d < tensor.dim(3) ? element(row + 2, d) : 0);
      }
    }
  }

  /** Exact in every type. */
  private static float element(int token, int d) {
    return token + 1 + d % 4 / 4f;
  }
}
