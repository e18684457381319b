package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.api.Test;

/** Every BF16 pattern, and rows of any length between other heads' rows. */
class BrainRowsTest {
  private static final int STRIDE = 256;
  private static final int PATTERNS = 1 << 16;
  private static final short NOT_A_ROWS = Short.MAX_VALUE;

  private final BrainRows rows = new BrainRows();

  /** Longer rows come first: what they leave behind does not fill shorter ones. */
  @Test
  void widensEveryPatternExactlyAndPadsWithZeros() {
    for (int headDim : new int[] {STRIDE, STRIDE - 1, 200, 33, 1}) {
      requireRows(headDim);
    }
  }

  private void requireRows(int headDim) {
    int tokens = Math.ceilDiv(PATTERNS, headDim);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(arena, DType.BF16, 1, tokens, 3, headDim);
      for (int token = 0; token < tokens; token++) {
        for (int d = 0; d < headDim; d++) {
          for (int head = 0; head < 3; head++) {
            set(tensor, token, head, d, head == 1 ? pattern(token, d, headDim) : NOT_A_ROWS);
          }
        }
      }
      for (int token = 0; token < tokens; token++) {
        rows.take(HeadRows.of(tensor, 0, token, 1), 1, STRIDE);
        requireRow(token, headDim);
      }
    }
  }

  private void requireRow(int token, int headDim) {
    int[] expected = new int[STRIDE];
    for (int d = 0; d < headDim; d++) {
      expected[d] = pattern(token, d, headDim) << 16;
    }
    int[] actual = new int[STRIDE];
    for (int d = 0; d < STRIDE; d += PairOrder.GROUP) {
      IntVector pairs = BrainRows.pairs(rows.data(), rows.at(0, d));
      int[] even = BrainRows.even(pairs).reinterpretAsInts().toArray();
      int[] odd = BrainRows.odd(pairs).reinterpretAsInts().toArray();
      for (int lane = 0; lane < LANES; lane++) {
        actual[d + 2 * lane] = even[lane];
        actual[d + 2 * lane + 1] = odd[lane];
      }
    }
    assertThat(actual).as("token %d", token).isEqualTo(expected);
  }

  private static short pattern(int token, int d, int headDim) {
    return (short) (token * headDim + d);
  }

  private static void set(Tensor tensor, int token, int head, int d, short bits) {
    tensor.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, tensor.byteOffset(0, token, head, d), bits);
  }
}
