package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRowsTest {
  private static final int ROWS = 5;

  /** Longer rows come first: what they leave behind does not fill shorter ones. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void rowsEndWithZeros(DType dtype) {
    MemoryPool memory = new MemoryPool();
    try (Arena arena = Arena.ofConfined();
        KeyRows rows = new KeyRows(memory.lease())) {
      for (int headDim : new int[] {256, 200, 128, 100, 64, 1}) {
        Tensor tensor = Tensor.allocate(arena, dtype, 1, ROWS, 2, headDim);
        for (int token = 0; token < ROWS; token++) {
          for (int d = 0; d < headDim; d++) {
            tensor.set(element(token, d), 0, token, 1, d);
          }
        }
        rows.take(HeadRows.of(tensor, 0, 0, 1), ROWS);
        requireRows(rows, headDim);
      }
    }
    memory.close();
  }

  private static void requireRows(KeyRows rows, int headDim) {
    assertThat(rows.stride()).isEqualTo(KeyRows.stride(headDim)).isGreaterThanOrEqualTo(headDim);
    for (int row = 0; row < ROWS; row++) {
      for (int d = 0; d < rows.stride(); d++) {
        float actual = DType.FP32.load(rows.data(), rows.at(row, d));
        assertThat(actual).isEqualTo(d < headDim ? element(row, d) : 0);
      }
    }
  }

  /** Exact in every type. */
  private static float element(int token, int d) {
    return token + 1 + d % 4 / 4f;
  }
}
