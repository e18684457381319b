package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.QuadValues.ROWS;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.Tensor;

/**
 * Flash attention of few rows on K and V where they lie: reading them is what takes the time. A few
 * keys at a time pass all heads, in the order of memory.
 */
final class DirectTile {
  private final AttentionProblem problem;
  private final int stride;
  private final int groupSize;
  private final RowTile rows;
  private final TileRows tile;
  private final PairKernel kernel;
  private final PairLoops loops;

  /** Batch entry whose queries the scratch memory holds, −1 for none. */
  private int loaded = -1;

  /**
   * @param rows of whole groups of heads, which are counted from the first of all
   * @param tile scratch memory, for as long as this is used
   * @param kernel with its own
   */
  DirectTile(AttentionProblem problem, RowTile rows, TileRows tile, PairKernel kernel) {
    this.problem = problem;
    this.rows = rows;
    this.stride = PairKernel.stride(problem.shape().headDim());
    this.groupSize = problem.shape().groupSize();
    this.tile = tile;
    this.kernel = kernel;
    this.loops = kernel.loops(problem.dtype());
  }

  /** Scratch memory, which holds the last result. */
  TileRows scratch() {
    return tile;
  }

  /** Gives all memory back, after which this is not used any more. */
  void giveBack(CpuResources resources) {
    resources.idleTiles().add(tile);
    resources.idlePairs().add(kernel);
  }

  /**
   * Attention of the rows of one batch entry and some keys alone; the result is in {@link
   * #scratch}.
   *
   * @return whether some row may see a key; if not, the scratch memory holds nothing
   */
  boolean attend(int batch, KeyValuePart keys) {
    if (batch != loaded) {
      tile.queries.loadRows(problem, rows, batch, stride);
      if (PairOrder.isOf(problem.dtype())) {
        PairOrder.split(tile.queries.q, 0, rows.rows() * stride);
      }
      loaded = batch;
    }
    tile.clear(rows, stride);
    boolean any = false;
    long length = keys.positions().length();
    for (long first = 0; first < length; first += KEYS) {
      PositionSlice slice = keys.positions().sub(first, Math.min(KEYS, length - first));
      BlockMask mask =
          BlockMask.classify(rows.positions(), slice, problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        any = true;
        attend(batch, keys, first, slice, mask);
      }
    }
    return any;
  }

  private void attend(
      int batch, KeyValuePart keys, long first, PositionSlice slice, BlockMask mask) {
    tile.findVisible(problem, rows, slice, mask == BlockMask.FULL);
    int count = (int) slice.length();
    for (int key = 0; key < count; key += PairKernel.BATCH) {
      scoreKeys(batch, keys.k(), first, key, Math.min(key + PairKernel.BATCH, count));
    }
    tile.weigh(problem, rows, batch, 0, slice, mask == BlockMask.FULL);
    tile.rescale(rows, stride);
    for (int key = 0; key < count; key += PairKernel.BATCH) {
      addValues(batch, keys.v(), first, key, Math.min(key + PairKernel.BATCH, count));
    }
  }

  /** Scores of keys {@code from} to {@code to} of the tile that begins with token {@code first}. */
  private void scoreKeys(int batch, Tensor k, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    int heads = headsAtOnce(k);
    for (int r = 0; r < rows.rows(); r += heads * rowsPerHead) {
      take(r, heads, batch, k, first + from, to - from);
      loops.score(heads, tile.queries.q, r * stride, rowsPerHead, tile.scores, r * KEYS + from);
    }
  }

  /** Adds the values of some keys to the accumulators of all rows that see them. */
  private void addValues(int batch, Tensor v, long first, int from, int to) {
    int rowsPerHead = groupSize * rows.queries();
    int heads = headsAtOnce(v);
    for (int r = 0; r < rows.rows(); r += heads * rowsPerHead) {
      take(r, heads, batch, v, first + from, to - from);
      for (int head = 0; head < heads; head++) {
        loops.narrow(head * stride, stride);
        int row = r + head * rowsPerHead;
        addValues(row, row + rowsPerHead, from, to);
      }
    }
  }

  /** The same for the rows of one head. */
  private void addValues(int firstRow, int endRow, int from, int to) {
    int row = firstRow;
    while (row < endRow) {
      if (row + ROWS <= endRow && useSame(row)) {
        addToFour(row, from, to);
        row += ROWS;
      } else {
        addToOne(row, from, to);
        row++;
      }
    }
  }

  /** Takes {@code count} tokens of some heads, the first of which row {@code r} belongs to. */
  private void take(int r, int heads, int batch, Tensor keysOrValues, long token, int count) {
    HeadRows first = HeadRows.of(keysOrValues, batch, token, rows.head(r) / groupSize);
    loops.take(first.andNext(heads), count, heads * stride);
  }

  /** All heads where a token's lie side by side and need no padding, otherwise one. */
  private int headsAtOnce(Tensor keysOrValues) {
    return areSideBySide(keysOrValues) ? rows.heads() / groupSize : 1;
  }

  private boolean areSideBySide(Tensor keysOrValues) {
    return keysOrValues.dim(3) == stride && keysOrValues.stride(2) == stride;
  }

  /** Whether {@link QuadValues#ROWS} rows see the same keys, and dropout leaves all of them. */
  private boolean useSame(int first) {
    for (int r = first + 1; r < first + ROWS; r++) {
      if (tile.visible.first(r) != tile.visible.first(first)
          || tile.visible.end(r) != tile.visible.end(first)) {
        return false;
      }
    }
    return !problem.dropout().enabled();
  }

  private void addToFour(int r, int from, int to) {
    int first = Math.max(from, tile.visible.first(r));
    int end = Math.min(to, tile.visible.end(r));
    if (first < end) {
      loops.addToFour(
          first - from, end - from, tile.accumulators, r * stride, tile.scores, r * KEYS + from);
    }
  }

  /** Skips keys that the row does not see or that dropout took: they may be NaN. */
  private void addToOne(int r, int from, int to) {
    int end = Math.min(to, tile.visible.end(r));
    int key = Math.max(from, tile.visible.first(r));
    while (key < end) {
      int next = key;
      while (next < end && !tile.dropped(r * KEYS + next)) {
        next++;
      }
      if (key < next) {
        loops.addToOne(
            key - from, next - from, tile.accumulators, r * stride, tile.scores, r * KEYS + from);
      }
      key = next + 1;
    }
  }
}
