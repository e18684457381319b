package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.QueryPart;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One worker's scratch memory for a tile of rows, and the steps of flash attention (Dao et al.,
 * 2022, algorithm 1) that touch neither K nor V: the scores of a tile of keys become weights
 * relative to each row's running maximum.
 */
final class TileRows {
  static final int ROWS = RowTile.MAX_ROWS;
  static final int KEYS = PackedBlock.KEYS;
  static final int GROUP = MicroKernel.ROWS;

  /**
   * By so much may a score exceed what weights are relative to, which saves rescaling most rows
   * after the first keys. It makes a weight e at most: sums of huge values hardly overflow sooner.
   * Source of the idea: FlashAttention-4's conditional rescaling.
   */
  private static final float SLACK = 1;

  private static final float DROPPED = -0.0f;
  private static final int DROPPED_BITS = Float.floatToRawIntBits(DROPPED);

  /** 0, 1, 2, … in the lanes. */
  private static final FloatVector LANE_INDEX = FloatVector.zero(SPECIES).addIndex(1);

  final TileQueries queries = new TileQueries();

  /** Of the current tile. */
  final VisibleRanges visible = new VisibleRanges();

  /** Scores, then weights: {@code [row][KEYS]}. */
  final float[] scores = new float[ROWS * KEYS];

  /** Per row headDim elements, padded to whole vectors. */
  final float[] accumulators = new float[ROWS * Simd.padded(AttentionShape.MAX_HEAD_DIM)];

  final Packer packer = new Packer();

  /**
   * What weights are relative to: each row's largest score, or one that is lower by up to the
   * slack.
   */
  private final float[] maxima = new float[ROWS];

  private final float[] largest = new float[ROWS];

  /** What rows have to be multiplied by after their maxima were raised. */
  private final float[] factors = new float[ROWS];

  private final float[] sums = new float[ROWS];
  private final float[] lse = new float[ROWS];

  // Fields of the object: static ones would be constants.
  private final Outlined<TileRows> weighAll = outlined("weighAll");
  private final Outlined<TileRows> weighParts = outlined("weighParts");

  private static Outlined<TileRows> outlined(String name) {
    return new Outlined<>(MethodHandles.lookup(), TileRows.class, name);
  }

  /** Starts from the state of no key at all. */
  void clear(RowTile rows, int accumulatorStride) {
    Arrays.fill(maxima, 0, rows.rows(), Float.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0, rows.rows(), 0);
    Arrays.fill(accumulators, 0, rows.rows() * accumulatorStride, 0);
  }

  /** Goes on from {@code state}. */
  void load(RowTile rows, int batch, int firstHead, PartialAttention state) {
    int stride = Simd.padded(state.headDim());
    rows.load(state, batch, firstHead, maxima, sums, accumulators, stride);
  }

  /** What a row's weights are relative to. */
  float max(int r) {
    return maxima[r];
  }

  /** A row's sum of exponentials. */
  float sum(int r) {
    return sums[r];
  }

  /** Gives the rows back to {@code state}. */
  void store(RowTile rows, int batch, int firstHead, PartialAttention state) {
    int stride = Simd.padded(state.headDim());
    rows.store(state, batch, firstHead, maxima, sums, accumulators, stride);
  }

  /** Divides the rows, rounds once, and writes them where results belong. */
  void finish(RowTile rows, int batch, int firstHead, int headDim) {
    int stride = Simd.padded(headDim);
    QueryPart part = rows.part();
    // A loop of its own: together with what writes rows it took twice as long.
    for (int r = 0; r < rows.rows(); r++) {
      lse[r] = PartialAttention.finish(accumulators, r * stride, headDim, maxima[r], sums[r]);
    }
    for (int r = 0; r < rows.rows(); r += rows.queries()) {
      write(part, rows, r, batch, firstHead + rows.head(r), stride);
    }
  }

  /** Writes the rows of one head, from row {@code first} of the tile on. */
  private void write(QueryPart part, RowTile rows, int first, int batch, int head, int stride) {
    HeadRows out = HeadRows.of(part.out(), batch, rows.query(first), head);
    for (int i = 0; i < rows.queries(); i++) {
      out.prefetchAfter(i, rows.queries());
      int query = rows.query(first + i);
      part.out().writeRow(accumulators, (first + i) * stride, batch, query, head);
      part.lse().set(lse[first + i], batch, head, query);
    }
  }

  /** Groups that hold rows. */
  static int groups(RowTile rows) {
    return Math.ceilDiv(rows.rows(), GROUP);
  }

  /** Finds which keys of a tile each row sees. */
  void findVisible(AttentionProblem problem, RowTile rows, PositionSlice keys, boolean all) {
    if (all) {
      visible.setAll(rows.rows(), (int) keys.length());
    } else {
      visible.set(rows.rows(), queries, problem.mask(), keys);
    }
  }

  /** Whether the weight at {@code index} of {@link #scores} is one that dropout took. */
  boolean dropped(int index) {
    return Float.floatToRawIntBits(scores[index]) == DROPPED_BITS;
  }

  /**
   * Turns a tile's scores into weights, with all that a problem does to both.
   *
   * @param all whether all rows see all keys that there are
   */
  void weigh(
      AttentionProblem problem,
      RowTile rows,
      int batch,
      int firstHead,
      PositionSlice keys,
      boolean all) {
    boolean whole = all && keys.length() == KEYS;
    modifyScores(problem, rows, keys, rows.positions().joint() || keys.joint(), whole);
    softmax(rows, whole);
    if (problem.dropout().enabled()) {
      dropWeights(problem, rows, batch, firstHead, keys);
    }
  }

  /**
   * Applies softcap, ALiBi and the mask to the scores.
   *
   * @param whole whether all rows see all {@link #KEYS} keys
   */
  private void modifyScores(
      AttentionProblem problem, RowTile rows, PositionSlice keys, boolean joint, boolean whole) {
    boolean biased = problem.alibi().enabled() && !joint;
    if (whole && !biased && problem.softcap() == 0) {
      return;
    }
    for (int r = 0; r < rows.rows(); r++) {
      int at = r * KEYS;
      int from = visible.firstVector(r);
      int to = visible.endVector(r);
      if (problem.softcap() > 0) {
        capScores(problem.softcap(), at + from, at + to);
      }
      if (biased) {
        long distance = keys.index(from) - queries.position(r);
        biasScores(at + from, at + to, queries.slope(r), (float) distance, keys.stride());
      }
      Arrays.fill(scores, at + from, at + visible.first(r), Float.NEGATIVE_INFINITY);
      Arrays.fill(scores, at + visible.end(r), at + to, Float.NEGATIVE_INFINITY);
    }
  }

  private void capScores(float cap, int from, int to) {
    for (int i = from; i < to; i += LANES) {
      FloatVector ratio = FloatVector.fromArray(SPECIES, scores, i).div(cap);
      Simd.tanh(ratio).mul(cap).intoArray(scores, i);
    }
  }

  private void biasScores(int from, int to, float slope, float firstDistance, long stride) {
    FloatVector steps = LANE_INDEX.mul((float) stride);
    for (int i = from; i < to; i += LANES) {
      FloatVector distance = steps.add(firstDistance + (float) ((i - from) * stride)).abs();
      FloatVector score = FloatVector.fromArray(SPECIES, scores, i);
      distance.fma(FloatVector.broadcast(SPECIES, -slope), score).intoArray(scores, i);
    }
  }

  /**
   * Turns scores into weights relative to each row's maximum, by whose {@link #factor} what has
   * been accumulated before is to be multiplied. Where all rows see the whole tile, loops of
   * constant length do it, which the compiler unrolls.
   *
   * @param whole whether all rows see all {@link #KEYS} keys
   */
  private void softmax(RowTile rows, boolean whole) {
    if (whole) {
      findLargest(scores, largest, rows.rows());
    } else {
      findLargestOfParts(rows.rows());
    }
    raiseMaxima(rows.rows());
    if (whole) {
      weighAll.call(this, rows.rows());
    } else {
      weighParts.call(this, rows.rows());
    }
  }

  /** NaN is no largest score; its weight is NaN, and reaches the row's sum from there. */
  private static void findLargest(float[] scores, float[] largest, int rows) {
    for (int r = 0; r < rows; r++) {
      FloatVector vector = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < KEYS; i += LANES) {
        vector = Simd.larger(vector, FloatVector.fromArray(SPECIES, scores, r * KEYS + i));
      }
      largest[r] = Simd.max(vector);
    }
  }

  private void findLargestOfParts(int rows) {
    for (int r = 0; r < rows; r++) {
      FloatVector vector = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (int i = visible.firstVector(r); i < visible.endVector(r); i += LANES) {
        vector = Simd.larger(vector, score(r * KEYS + i));
      }
      largest[r] = Simd.max(vector);
    }
  }

  private FloatVector score(int at) {
    return FloatVector.fromArray(SPECIES, scores, at);
  }

  /** The first one changes nothing: there is nothing yet that would be relative to another. */
  private void raiseMaxima(int rows) {
    for (int r = 0; r < rows; r++) {
      factors[r] = 1;
      if (largest[r] > maxima[r] + SLACK) {
        if (maxima[r] != Float.NEGATIVE_INFINITY) {
          factors[r] = (float) Math.exp((double) maxima[r] - largest[r]);
          sums[r] *= factors[r];
        }
        maxima[r] = largest[r];
      }
    }
  }

  /** What a row's accumulator is to be multiplied by before more is added, 1 for nothing. */
  float factor(int r) {
    return factors[r];
  }

  /** Multiplies {@link #accumulators} by the rows' factors. */
  void rescale(RowTile rows, int accumulatorStride) {
    for (int r = 0; r < rows.rows(); r++) {
      if (factors[r] != 1) {
        for (int d = r * accumulatorStride; d < (r + 1) * accumulatorStride; d += LANES) {
          FloatVector.fromArray(SPECIES, accumulators, d)
              .mul(factors[r])
              .intoArray(accumulators, d);
        }
      }
    }
  }

  /**
   * As {@link #softmax} where all rows see the whole tile, of scores off-heap.
   *
   * @param offHeap scores, {@code [row][KEYS]}
   * @param weights get the weights in BF16
   */
  void softmax(RowTile rows, MemorySegment offHeap, MemorySegment weights) {
    BrainSoftmax.findLargest(offHeap, largest, rows.rows());
    raiseMaxima(rows.rows());
    BrainSoftmax.weigh(offHeap, maxima, sums, weights, rows.rows());
  }

  private void weighAll(int rows) {
    weigh(scores, maxima, sums, rows);
  }

  /** Replaces scores by weights and adds up their sums. */
  private static void weigh(float[] scores, float[] maxima, float[] sums, int rows) {
    for (int r = 0; r < rows; r++) {
      float reference = reference(maxima[r]);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < KEYS; i += LANES) {
        FloatVector score = FloatVector.fromArray(SPECIES, scores, r * KEYS + i);
        FloatVector weight = Simd.exp(score.sub(reference));
        weight.intoArray(scores, r * KEYS + i);
        sum = sum.add(weight);
      }
      sums[r] += Simd.sum(sum);
    }
  }

  private void weighParts(int rows) {
    for (int r = 0; r < rows; r++) {
      float reference = reference(maxima[r]);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = visible.firstVector(r); i < visible.endVector(r); i += LANES) {
        FloatVector weight = Simd.exp(score(r * KEYS + i).sub(reference));
        weight.intoArray(scores, r * KEYS + i);
        sum = sum.add(weight);
      }
      sums[r] += Simd.sum(sum);
    }
  }

  /** A row without a visible key: any finite reference makes all weights 0. */
  static float reference(float max) {
    return max == Float.NEGATIVE_INFINITY ? 0 : max;
  }

  /**
   * Zeroes the weights of dropped keys, with a sign that no other weight has: a kept one may be too
   * small for FP32, and then still carries a value's NaN or infinity.
   */
  private void dropWeights(
      AttentionProblem problem, RowTile rows, int batch, int firstHead, PositionSlice keys) {
    Dropout dropout = problem.dropout();
    for (int r = 0; r < rows.rows(); r++) {
      int batchHead = batch * problem.shape().heads() + firstHead + rows.head(r);
      int query = rows.part().positions().identity(rows.query(r));
      for (int j = visible.first(r); j < visible.end(r); j++) {
        boolean drops = dropout.drops(batchHead, query, keys.identity(j));
        // Not a product with 0: a dropped NaN is gone, too.
        scores[r * KEYS + j] = drops ? DROPPED : scores[r * KEYS + j] * dropout.keepScale();
      }
    }
  }
}
