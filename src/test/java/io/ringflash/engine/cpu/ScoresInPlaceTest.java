package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scores of keys where they lie: the shapes for 32 and for 16 vector registers, on any machine. */
class ScoresInPlaceTest {
  private static final int HEADS = 3;

  /** One that is left out, then those that are read. */
  private static final int TOKENS = 1 + PairKernel.BATCH;

  /** Where queries and scores begin, between others. */
  private static final int FROM = 7;

  private static final int TO = PairKernel.BATCH;

  enum Shape {
    FLOATS_LONG(DType.FP32),
    FLOATS_SHORT(DType.FP32),
    HALVES(DType.FP16),
    BRAIN_FLOATS_WIDE(DType.BF16),
    BRAIN_FLOATS_NARROW(DType.BF16);

    private final DType dtype;

    Shape(DType dtype) {
      this.dtype = dtype;
    }

    private void score(HeadRows keys, int count, float[] queries, int rowsPerHead, float[] scores) {
      FloatRows floats = new FloatRows();
      HalfRows halves = new HalfRows();
      (dtype == DType.FP32 ? floats : halves).take(keys, count, keys.headDim());
      KeyScores loops =
          switch (this) {
            case FLOATS_LONG -> new PairScores(floats, true);
            case FLOATS_SHORT -> new PairScores(floats, false);
            case HALVES -> new HalfScores(halves);
            case BRAIN_FLOATS_WIDE -> new WideBrainScores(halves);
            case BRAIN_FLOATS_NARROW -> new NarrowBrainScores(halves);
          };
      loops.score(HEADS, queries, FROM, rowsPerHead, scores, TO);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachRowMeetsTheKeysOfItsHead(Shape shape) {
    int most = Math.min(PairKernel.ROWS, RowTile.ROWS / HEADS);
    for (int rowsPerHead = 1; rowsPerHead <= most; rowsPerHead++) {
      for (int count : new int[] {1, 5, PairKernel.BATCH}) {
        for (int pieces = 1; pieces <= 4; pieces++) {
          requireScores(shape, pieces * PairKernel.SHORT, rowsPerHead, count);
        }
      }
    }
  }

  private static void requireScores(Shape shape, int headDim, int rowsPerHead, int count) {
    Random random = new Random(headDim + rowsPerHead);
    int rows = HEADS * rowsPerHead;
    float[] queries = new float[rows * headDim];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = random.nextFloat() - 0.5f;
    }
    float[] ordered = new float[FROM + queries.length];
    Arrays.fill(ordered, Float.NaN);
    System.arraycopy(queries, 0, ordered, FROM, queries.length);
    if (PairOrder.isOf(shape.dtype)) {
      PairOrder.split(ordered, FROM, queries.length);
    }
    float[] scores = new float[rows * TileRows.KEYS];
    try (Arena arena = Arena.ofConfined()) {
      Tensor keys = randomKeys(arena, shape.dtype, headDim, random);
      shape.score(HeadRows.of(keys, 0, 1, 0).andNext(HEADS), count, ordered, rowsPerHead, scores);
      for (int row = 0; row < rows; row++) {
        for (int key = 0; key < count; key++) {
          assertThat((double) scores[TO + row * TileRows.KEYS + key])
              .as("head dimension %d, row %d of %d a head, key %d", headDim, row, rowsPerHead, key)
              .isCloseTo(product(queries, row, keys, 1 + key, row / rowsPerHead), within(1e-5));
        }
      }
    }
  }

  private static Tensor randomKeys(Arena arena, DType dtype, int headDim, Random random) {
    Tensor keys = Tensor.allocate(arena, dtype, 1, TOKENS, HEADS, headDim);
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
