package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.Tensor;
import java.util.Arrays;

/**
 * Flash attention of few rows on K and V where they lie: reading them is what takes the time. A few
 * keys at a time pass all heads, in the order of memory.
 */
final class DirectTile {
  private final AttentionProblem problem;
  private final int stride;
  private final int groupSize;
  private final TileRows tile;
  private final PairKernel kernel;

  /**
   * @param tile scratch memory
   * @param kernel with its own
   */
  DirectTile(AttentionProblem problem, TileRows tile, PairKernel kernel) {
    this.problem = problem;
    this.stride = PairKernel.stride(problem.shape().headDim());
    this.groupSize = problem.shape().groupSize();
    this.tile = tile;
    this.kernel = kernel;
  }

  /**
   * Attention of some rows and some keys alone; the result is in the scratch memory.
   *
   * @param rows of whole groups of heads, which are counted from the first of all
   * @return whether some row may see a key; if not, the scratch memory holds nothing
   */
  boolean attend(RowTile rows, int batch, KeyValuePart keys) {
    tile.queries.loadRows(problem, rows, batch, stride);
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
    Arrays.fill(tile.scores, 0, rows.rows() * KEYS, 0);
    for (int key = 0; key < count; key += PairKernel.BATCH) {
      scoreKeys(rows, batch, keys.k(), first, key, Math.min(key + PairKernel.BATCH, count));
    }
    boolean whole = mask == BlockMask.FULL && slice.length() == KEYS;
    tile.modifyScores(problem, rows, slice, rows.positions().joint() || slice.joint(), whole);
    tile.softmax(rows, stride, whole);
    if (problem.dropout().enabled()) {
      tile.dropWeights(problem, rows, batch, 0, slice);
    }
    for (int key = 0; key < count; key += PairKernel.BATCH) {
      addValues(rows, batch, keys.v(), first, key, Math.min(key + PairKernel.BATCH, count));
    }
  }

  /** Scores of keys {@code from} to {@code to} of the tile that begins with token {@code first}. */
  private void scoreKeys(RowTile rows, int batch, Tensor k, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      take(rows, r, batch, k, first + from, to - from);
      kernel.scores.score(tile.queries.q, r * stride, rowsPerHead, tile.scores, r * KEYS + from);
    }
  }

  /** Adds the values of some keys to the accumulators of all rows that see them. */
  private void addValues(RowTile rows, int batch, Tensor v, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    for (int r = 0; r < rows.rows(); r += rowsPerHead) {
      take(rows, r, batch, v, first + from, to - from);
      int end = r + rowsPerHead;
      int row = r;
      while (row < end) {
        if (row + 1 < end && useSame(row, row + 1)) {
          addToTwo(row, from, to);
          row += 2;
        } else {
          addToOne(row, from, to);
          row++;
        }
      }
    }
  }

  /**
   * Takes {@code count} tokens of the head of {@code keysOrValues} that belongs to row {@code r}.
   */
  private void take(RowTile rows, int r, int batch, Tensor keysOrValues, long token, int count) {
    int head = rows.head(r) / groupSize;
    kernel.keys.take(HeadRows.of(keysOrValues, batch, token, head), count, stride);
  }

  /** Whether two rows see the same keys, and dropout leaves all of them. */
  private boolean useSame(int r, int other) {
    return !problem.dropout().enabled()
        && tile.firstVisible(r) == tile.firstVisible(other)
        && tile.endVisible(r) == tile.endVisible(other);
  }

  private void addToTwo(int r, int from, int to) {
    int first = Math.max(from, tile.firstVisible(r));
    int end = Math.min(to, tile.endVisible(r));
    if (first < end) {
      kernel.values.addToTwo(
          first - from, end - from, tile.accumulators, r * stride, tile.scores, r * KEYS + from);
    }
  }

  /** Skips keys that the row does not see or that dropout took: they may be NaN. */
  private void addToOne(int r, int from, int to) {
    int end = Math.min(to, tile.endVisible(r));
    int key = Math.max(from, tile.firstVisible(r));
    while (key < end) {
      int next = key;
      while (next < end && !tile.dropped(r * KEYS + next)) {
        next++;
      }
      if (key < next) {
        kernel.values.addToOne(
            key - from, next - from, tile.accumulators, r * stride, tile.scores, r * KEYS + from);
      }
      key = next + 1;
    }
  }
}
