package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.DEPTH;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Flash attention of few rows on K and V where they lie: each key is read once for all heads, in
 * the order of memory, which is what takes the time. A key's row serves four query rows per load.
 */
final class DirectTile {
  private static final int TOGETHER = 4;

  private final AttentionProblem problem;
  private final int stride;
  private final int groupSize;
  private final TileRows tile;

  /** A row of K or V whose length is no multiple of the vector's, padded with zeros. */
  private final float[] row;

  private final MemorySegment rowSegment;

  /**
   * @param tile scratch memory
   */
  DirectTile(AttentionProblem problem, TileRows tile) {
    this.problem = problem;
    this.stride = Simd.padded(problem.shape().headDim());
    this.groupSize = problem.shape().groupSize();
    this.tile = tile;
    this.row = new float[stride];
    this.rowSegment = MemorySegment.ofArray(row);
  }

  /**
   * Attention of some rows and some keys alone; the result is in the scratch memory.
   *
   * @param rows of whole groups of heads, which are counted from the first of all
   * @return whether some row may see a key; if not, the scratch memory holds nothing
   */
  boolean attend(RowTile rows, int batch, KeyValuePart keys) {
    tile.loadQueries(problem, rows, batch, 0);
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
    for (int key = 0; key < slice.length(); key++) {
      scoreKey(rows, batch, keys.k(), first + key, key);
    }
    tile.modifyScores(problem, rows, slice, rows.positions().joint() || slice.joint());
    tile.softmax(rows, stride);
    if (problem.dropout().enabled()) {
      tile.dropWeights(problem, rows, batch, 0, slice);
    }
    for (int key = 0; key < slice.length(); key++) {
      addValue(rows, batch, keys.v(), first + key, key);
    }
  }

  /** Scores of one key, in column {@code key} of the scores. */
  private void scoreKey(RowTile rows, int batch, Tensor k, long token, int key) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      int kvHead = rows.head(r) / groupSize;
      if (k.dim(3) == stride) {
        long at = k.byteOffset(batch, token, kvHead, 0);
        scoreRows(r, r + rowsPerHead, key, k.dtype(), k.data(), at);
      } else {
        k.readRow(row, 0, batch, token, kvHead);
        scoreRows(r, r + rowsPerHead, key, DType.FP32, rowSegment, 0);
      }
    }
  }

  private void scoreRows(int from, int to, int key, DType dtype, MemorySegment k, long at) {
    int r = from;
    for (; r + TOGETHER <= to; r += TOGETHER) {
      scoreFour(r, key, dtype, k, at);
    }
    for (; r < to; r++) {
      scoreOne(r, key, dtype, k, at);
    }
  }

  private void scoreFour(int r, int key, DType dtype, MemorySegment k, long at) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int d = 0; d < stride; d += LANES) {
      FloatVector keys = Widening.load(dtype, k, at + (long) d * dtype.byteSize());
      int q = TileRows.queryAt(r, d);
      s0 = keys.fma(FloatVector.fromArray(SPECIES, tile.q, q), s0);
      s1 = keys.fma(FloatVector.fromArray(SPECIES, tile.q, q + DEPTH), s1);
      s2 = keys.fma(FloatVector.fromArray(SPECIES, tile.q, q + 2 * DEPTH), s2);
      s3 = keys.fma(FloatVector.fromArray(SPECIES, tile.q, q + 3 * DEPTH), s3);
    }
    int score = r * KEYS + key;
    tile.scores[score] = Simd.sum(s0);
    tile.scores[score + KEYS] = Simd.sum(s1);
    tile.scores[score + 2 * KEYS] = Simd.sum(s2);
    tile.scores[score + 3 * KEYS] = Simd.sum(s3);
  }

  private void scoreOne(int r, int key, DType dtype, MemorySegment k, long at) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int d = 0; d < stride; d += LANES) {
      FloatVector keys = Widening.load(dtype, k, at + (long) d * dtype.byteSize());
      sum = keys.fma(FloatVector.fromArray(SPECIES, tile.q, TileRows.queryAt(r, d)), sum);
    }
    tile.scores[r * KEYS + key] = Simd.sum(sum);
  }

  /** Adds one key's value to the accumulators of all rows that see it. */
  private void addValue(RowTile rows, int batch, Tensor v, long token, int key) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      int kvHead = rows.head(r) / groupSize;
      if (v.dim(3) == stride) {
        long at = v.byteOffset(batch, token, kvHead, 0);
        addToRows(r, r + rowsPerHead, key, v.dtype(), v.data(), at);
      } else {
        v.readRow(row, 0, batch, token, kvHead);
        addToRows(r, r + rowsPerHead, key, DType.FP32, rowSegment, 0);
      }
    }
  }

  private void addToRows(int from, int to, int key, DType dtype, MemorySegment v, long at) {
    int r = from;
    for (; r + TOGETHER <= to && allUse(r, key); r += TOGETHER) {
      addToFour(r, key, dtype, v, at);
    }
    for (; r < to; r++) {
      if (uses(r, key)) {
        addToOne(r, key, dtype, v, at);
      }
    }
  }

  private boolean allUse(int r, int key) {
    return uses(r, key) && uses(r + 1, key) && uses(r + 2, key) && uses(r + 3, key);
  }

  /** Whether a row sees a key and dropout leaves it: what it does not use may be NaN. */
  private boolean uses(int r, int key) {
    return tile.firstVisible(r) <= key && key < tile.endVisible(r) && !tile.dropped(r * KEYS + key);
  }

  private void addToFour(int r, int key, DType dtype, MemorySegment v, long at) {
    int weight = r * KEYS + key;
    FloatVector w0 = FloatVector.broadcast(SPECIES, tile.scores[weight]);
    FloatVector w1 = FloatVector.broadcast(SPECIES, tile.scores[weight + KEYS]);
    FloatVector w2 = FloatVector.broadcast(SPECIES, tile.scores[weight + 2 * KEYS]);
    FloatVector w3 = FloatVector.broadcast(SPECIES, tile.scores[weight + 3 * KEYS]);
    for (int d = 0; d < stride; d += LANES) {
      FloatVector values = Widening.load(dtype, v, at + (long) d * dtype.byteSize());
      int sum = r * stride + d;
      add(w0, values, sum);
      add(w1, values, sum + stride);
      add(w2, values, sum + 2 * stride);
      add(w3, values, sum + 3 * stride);
    }
  }

  private void addToOne(int r, int key, DType dtype, MemorySegment v, long at) {
    FloatVector weight = FloatVector.broadcast(SPECIES, tile.scores[r * KEYS + key]);
    for (int d = 0; d < stride; d += LANES) {
      FloatVector values = Widening.load(dtype, v, at + (long) d * dtype.byteSize());
      add(weight, values, r * stride + d);
    }
  }

  private void add(FloatVector weight, FloatVector values, int at) {
    values
        .fma(weight, FloatVector.fromArray(SPECIES, tile.accumulators, at))
        .intoArray(tile.accumulators, at);
  }
}
