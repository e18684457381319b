package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * Flash attention of few rows on K and V where they lie: reading them is what takes the time. A few
 * keys at a time pass all heads, in the order of memory; a row of K or V serves four query rows per
 * load.
 */
final class DirectTile {
  private static final int TOGETHER = 4;

  /** Keys that pass the heads at a time. */
  private static final int BATCH = 16;

  private final AttentionProblem problem;
  private final int stride;
  private final int groupSize;
  private final TileRows tile;

  /**
   * @param tile scratch memory
   */
  DirectTile(AttentionProblem problem, TileRows tile) {
    this.problem = problem;
    this.stride = Simd.padded(problem.shape().headDim());
    this.groupSize = problem.shape().groupSize();
    this.tile = tile;
  }

  /**
   * Attention of some rows and some keys alone; the result is in the scratch memory.
   *
   * @param rows of whole groups of heads, which are counted from the first of all
   * @return whether some row may see a key; if not, the scratch memory holds nothing
   */
  boolean attend(RowTile rows, int batch, KeyValuePart keys) {
    tile.queries.loadRows(problem, rows, batch);
    tile.clear(rows, stride);
    boolean any = false;
    long length = keys.positions().length();
    for (long first = 0; first < length; first += KEYS) {
      PositionSlice slice = keys.positions().sub(first, Math.min(KEYS, length - first));
      BlockMask mask =
          BlockMask.classify(rows.positions(), slice, problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        any = true;
        attend(rows, batch, keys, first, slice, mask);
      }
    }
    return any;
  }

  private void attend(
      RowTile rows, int batch, KeyValuePart keys, long first, PositionSlice slice, BlockMask mask) {
    tile.findVisible(problem, rows, slice, mask == BlockMask.FULL);
    int count = (int) slice.length();
    for (int key = 0; key < count; key += BATCH) {
      scoreKeys(rows, batch, keys.k(), first, key, Math.min(key + BATCH, count));
    }
    boolean whole = mask == BlockMask.FULL && slice.length() == KEYS;
    tile.modifyScores(problem, rows, slice, rows.positions().joint() || slice.joint(), whole);
    tile.softmax(rows, stride, whole);
    if (problem.dropout().enabled()) {
      tile.dropWeights(problem, rows, batch, 0, slice);
    }
    for (int key = 0; key < count; key += BATCH) {
      addValues(rows, batch, keys.v(), first, key, Math.min(key + BATCH, count));
    }
  }

  /** Scores of keys {@code from} to {@code to} of the tile that begins with token {@code first}. */
  private void scoreKeys(RowTile rows, int batch, Tensor k, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      HeadRows source = HeadRows.of(k, batch, first + from, rows.head(r) / groupSize);
      int end = r + rowsPerHead;
      int row = r;
      for (; row + TOGETHER <= end; row += TOGETHER) {
        scoreFour(row, source, from, to);
      }
      for (; row < end; row++) {
        scoreOne(row, source, from, to);
      }
    }
  }

  private void scoreFour(int r, HeadRows k, int from, int to) {
    for (int key = from; key < to; key++) {
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int d = 0; d < stride; d += LANES) {
        FloatVector keys = k.load(key - from, d);
        int q = r * stride + d;
        s0 = keys.fma(FloatVector.fromArray(SPECIES, tile.queries.q, q), s0);
        s1 = keys.fma(FloatVector.fromArray(SPECIES, tile.queries.q, q + stride), s1);
        s2 = keys.fma(FloatVector.fromArray(SPECIES, tile.queries.q, q + 2 * stride), s2);
        s3 = keys.fma(FloatVector.fromArray(SPECIES, tile.queries.q, q + 3 * stride), s3);
      }
      int score = r * KEYS + key;
      tile.scores[score] = Simd.sum(s0);
      tile.scores[score + KEYS] = Simd.sum(s1);
      tile.scores[score + 2 * KEYS] = Simd.sum(s2);
      tile.scores[score + 3 * KEYS] = Simd.sum(s3);
    }
  }

  private void scoreOne(int r, HeadRows k, int from, int to) {
    for (int key = from; key < to; key++) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int d = 0; d < stride; d += LANES) {
        FloatVector query = FloatVector.fromArray(SPECIES, tile.queries.q, r * stride + d);
        sum = k.load(key - from, d).fma(query, sum);
      }
      tile.scores[r * KEYS + key] = Simd.sum(sum);
    }
  }

  /** Adds the values of some keys to the accumulators of all rows that see them. */
  private void addValues(RowTile rows, int batch, Tensor v, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      HeadRows source = HeadRows.of(v, batch, first + from, rows.head(r) / groupSize);
      int end = r + rowsPerHead;
      int row = r;
      for (; row + TOGETHER <= end && useAll(row, from, to); row += TOGETHER) {
        addToFour(row, source, from, to);
      }
      for (; row < end; row++) {
        addToOne(row, source, from, to);
      }
    }
  }

  /** Whether four rows see all of some keys, and dropout leaves all of them. */
  private boolean useAll(int r, int from, int to) {
    if (problem.dropout().enabled()) {
      return false;
    }
    for (int row = r; row < r + TOGETHER; row++) {
      if (tile.firstVisible(row) > from || tile.endVisible(row) < to) {
        return false;
      }
    }
    return true;
  }

  private void addToFour(int r, HeadRows v, int from, int to) {
    for (int d = 0; d < stride; d += LANES) {
      int at = r * stride + d;
      FloatVector a0 = FloatVector.fromArray(SPECIES, tile.accumulators, at);
      FloatVector a1 = FloatVector.fromArray(SPECIES, tile.accumulators, at + stride);
      FloatVector a2 = FloatVector.fromArray(SPECIES, tile.accumulators, at + 2 * stride);
      FloatVector a3 = FloatVector.fromArray(SPECIES, tile.accumulators, at + 3 * stride);
      for (int key = from; key < to; key++) {
        FloatVector values = v.load(key - from, d);
        int weight = r * KEYS + key;
        a0 = values.fma(weight(weight), a0);
        a1 = values.fma(weight(weight + KEYS), a1);
        a2 = values.fma(weight(weight + 2 * KEYS), a2);
        a3 = values.fma(weight(weight + 3 * KEYS), a3);
      }
      a0.intoArray(tile.accumulators, at);
      a1.intoArray(tile.accumulators, at + stride);
      a2.intoArray(tile.accumulators, at + 2 * stride);
      a3.intoArray(tile.accumulators, at + 3 * stride);
    }
  }

  private FloatVector weight(int index) {
    return FloatVector.broadcast(SPECIES, tile.scores[index]);
  }

  /** Skips keys that the row does not see or that dropout took: they may be NaN. */
  private void addToOne(int r, HeadRows v, int from, int to) {
    int first = Math.max(from, tile.firstVisible(r));
    int end = Math.min(to, tile.endVisible(r));
    for (int key = first; key < end; key++) {
      int index = r * KEYS + key;
      if (!tile.dropped(index)) {
        FloatVector weight = weight(index);
        for (int d = 0; d < stride; d += LANES) {
          int at = r * stride + d;
          v.load(key - from, d)
              .fma(weight, FloatVector.fromArray(SPECIES, tile.accumulators, at))
              .intoArray(tile.accumulators, at);
        }
      }
    }
  }
}
