package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every 16-bit pattern, and rows of any length between other heads' rows. */
class HalfRowsTest {
  private static final int STRIDE = 256;
  private static final int PATTERNS = 1 << 16;
  private static final short NOT_A_ROWS = Short.MAX_VALUE;

  private final HalfRows rows = new HalfRows();

  /** Longer rows come first: what they leave behind does not fill shorter ones. */
  @ParameterizedTest
  @EnumSource(names = {"FP16", "BF16"})
  void widensEveryPatternExactlyAndPadsWithZeros(DType dtype) {
    for (int headDim : new int[] {STRIDE, STRIDE - 1, 200, 33, 1}) {
      requireRows(dtype, headDim);
    }
  }

  private void requireRows(DType dtype, int headDim) {
    int tokens = Math.ceilDiv(PATTERNS, headDim);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(arena, dtype, 1, tokens, 3, headDim);
      for (int token = 0; token < tokens; token++) {
        for (int d = 0; d < headDim; d++) {
          for (int head = 0; head < 3; head++) {
            set(tensor, token, head, d, head == 1 ? pattern(token, d, headDim) : NOT_A_ROWS);
          }
        }
      }
      for (int token = 0; token < tokens; token++) {
        rows.take(HeadRows.of(tensor, 0, token, 1), 1, STRIDE);
        float[] expected = new float[STRIDE];
        for (int d = 0; d < headDim; d++) {
          expected[d] = dtype.load(tensor.data(), tensor.byteOffset(0, token, 1, d));
        }
        requireRow(dtype, expected);
      }
    }
  }

  /** FP16 rows with an element that is not finite say so, and need not be exact. */
  private void requireRow(DType dtype, float[] expected) {
    if (dtype == DType.FP16) {
      boolean finite = true;
      for (float element : expected) {
        finite &= Float.isFinite(element);
      }
      assertThat(rows.areFinite()).isEqualTo(finite);
      if (!finite) {
        return;
      }
    }
    assertThat(bits(widened(dtype))).isEqualTo(bits(expected));
  }

  private float[] widened(DType dtype) {
    float[] row = new float[STRIDE];
    for (int d = 0; d < STRIDE; d += PairOrder.GROUP) {
      IntVector pairs = HalfRows.pairs(rows.data(), rows.at(0, d));
      if (dtype == DType.FP16) {
        LanePair.evenHalves(pairs).intoArray(row, d);
        LanePair.oddHalves(pairs).intoArray(row, d + LANES);
      } else {
        LanePair.evenBrainFloats(pairs).intoArray(row, d);
        LanePair.oddBrainFloats(pairs).intoArray(row, d + LANES);
      }
    }
    PairOrder.join(row, 0, STRIDE);
    return row;
  }

  private static int[] bits(float[] row) {
    int[] bits = new int[row.length];
    for (int i = 0; i < row.length; i++) {
      bits[i] = Float.floatToIntBits(row[i]);
    }
    return bits;
  }

  private static short pattern(int token, int d, int headDim) {
    return (short) (token * headDim + d);
  }

  private static void set(Tensor tensor, int token, int head, int d, short bits) {
    tensor.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, tensor.byteOffset(0, token, head, d), bits);
  }
}
