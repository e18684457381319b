package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shapes for 32 and for 16 vector registers, both on any machine. */
class BrainScoresTest {
  private static final int HEADS = 3;

  /** One that is left out, then those that are read. */
  private static final int TOKENS = 1 + PairKernel.BATCH;

  static Stream<Function<HalfRows, BrainScores>> shapes() {
    return Stream.of(WideBrainScores::new, NarrowBrainScores::new);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void eachRowMeetsTheKeysOfItsHead(Function<HalfRows, BrainScores> shape) {
    for (int rowsPerHead = 1; rowsPerHead <= PairKernel.ROWS; rowsPerHead++) {
      for (int count : new int[] {1, 5, PairKernel.BATCH}) {
        requireScores(shape, PairKernel.SHORT, rowsPerHead, count);
        requireScores(shape, 2 * PairKernel.SHORT, rowsPerHead, count);
      }
    }
  }

  private static void requireScores(
      Function<HalfRows, BrainScores> shape, int headDim, int rowsPerHead, int count) {
    Random random = new Random(headDim + rowsPerHead);
    int rows = HEADS * rowsPerHead;
    float[] queries = new float[rows * headDim];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = random.nextFloat() - 0.5f;
    }
    float[] scores = new float[rows * TileRows.KEYS];
    try (Arena arena = Arena.ofConfined()) {
      Tensor keys = randomKeys(arena, headDim, random);
      HalfRows taken = new HalfRows();
      taken.take(HeadRows.of(keys, 0, 1, 0).andNext(HEADS), count, HEADS * headDim);
      float[] split = queries.clone();
      PairOrder.split(split, 0, split.length);
      shape.apply(taken).score(HEADS, split, 0, rowsPerHead, scores, 0);
      for (int row = 0; row < rows; row++) {
        for (int key = 0; key < count; key++) {
          assertThat((double) scores[row * TileRows.KEYS + key])
              .as("head dimension %d, row %d of %d a head, key %d", headDim, row, rowsPerHead, key)
              .isCloseTo(product(queries, row, keys, 1 + key, row / rowsPerHead), within(1e-5));
        }
      }
    }
  }

  private static Tensor randomKeys(Arena arena, int headDim, Random random) {
    Tensor keys = Tensor.allocate(arena, DType.BF16, 1, TOKENS, HEADS, headDim);
    for (int token = 0; token < TOKENS; token++) {
      for (int head = 0; head < HEADS; head++) {
        for (int d = 0; d < headDim; d++) {
          keys.set(random.nextFloat() - 0.5f, 0, token, head, d);
        }
      }
    }
    return keys;
  }

  private static double product(float[] queries, int row, Tensor keys, int token, int head) {
    int headDim = (int) keys.dim(3);
    double sum = 0;
    for (int d = 0; d < headDim; d++) {
      sum += (double) queries[row * headDim + d] * keys.get(0, token, head, d);
    }
    return sum;
  }
}
