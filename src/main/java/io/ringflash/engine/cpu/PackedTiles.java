package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.MicroKernel.DEPTH;
import static io.ringflash.engine.cpu.TileRows.GROUP;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Products of the micro-kernel on a packed block. */
final class PackedTiles implements KeyTiles {
  private static final int PANEL = PackedBlock.PANEL;

  /**
   * What is asked for at once: the CPU fetches few lines at a time, and waits if there are more.
   */
  private static final int LINES_AHEAD = 8;

  private final AttentionProblem problem;
  private final RowTile rows;
  private final int head;
  private final int batch;
  private final int firstHead;
  private final int headDim;
  private final int valueStride;
  private final TileRows tile;
  private final PackedBlock block;

  /**
   * @param tile scratch memory
   * @param block that has all tiles of the item's head packed
   */
  PackedTiles(AttentionProblem problem, WorkItem item, TileRows tile, PackedBlock block) {
    AttentionShape shape = problem.shape();
    this.problem = problem;
    this.rows = item.rows();
    this.head = item.head();
    this.batch = item.batch(shape);
    this.firstHead = item.firstHead(shape);
    this.headDim = shape.headDim();
    this.valueStride = Simd.padded(headDim);
    this.tile = tile;
    this.block = block;
  }

  @Override
  public void begin() {
    tile.queries.loadSlabs(problem, rows, batch, firstHead);
  }

  @Override
  public KeyTileIndex index() {
    return block.tiles();
  }

  /**
   * Scores of each group's rows, in whole panels of keys. A panel stays in the cache while all
   * groups pass by. What is computed for rows beyond the last one is not used.
   */
  @Override
  public void scoreKeys(int index) {
    MemorySegment k = block.data();
    long keyOffset = block.keyOffset(head, index);
    long panelBytes = (long) headDim * PANEL * Float.BYTES;
    for (int first = 0; first < KEYS; first += PANEL) {
      long panelOffset = keyOffset + first / PANEL * panelBytes;
      for (int group = 0; group < TileRows.groups(rows); group++) {
        if (tile.visible.firstOfGroup(group) < first + PANEL
            && first < tile.visible.endOfGroup(group)) {
          prefetchAfter(panelOffset, panelBytes, group);
          scorePanel(group, first, k, panelOffset);
        }
      }
    }
  }

  /**
   * Asks for a part of the panel after one that a group of rows is about to be multiplied with; the
   * first groups ask for all of it. In a tile, and from one to the next, panels follow each other
   * in memory as they are read.
   */
  private void prefetchAfter(long panelOffset, long panelBytes, int group) {
    long part = (long) group * LINES_AHEAD * Prefetch.LINE;
    if (part < panelBytes) {
      long address = block.data().address() + panelOffset + panelBytes + part;
      Prefetch.lines(address, 0, 1, LINES_AHEAD);
    }
  }

  private void scorePanel(int group, int firstKey, MemorySegment k, long panelOffset) {
    for (int d = 0; d < headDim; d += DEPTH) {
      MicroKernel.multiply(
          tile.queries.q,
          TileQueries.slabAt(group * GROUP, d),
          k,
          panelOffset + (long) d * PANEL * Float.BYTES,
          MicroKernel.VECTORS,
          Math.min(DEPTH, headDim - d),
          tile.scores,
          group * GROUP * KEYS + firstKey,
          KEYS,
          d > 0);
    }
  }

  @Override
  public void weighKeys(PositionSlice keys, boolean all) {
    tile.weigh(problem, rows, batch, firstHead, keys, all);
  }

  @Override
  public void addValues(int index, BlockMask mask) {
    tile.rescale(rows, valueStride);
    boolean hidesKeys = mask == BlockMask.PARTIAL || problem.dropout().enabled();
    boolean readsAll = !hidesKeys || block.finiteValues(head, index);
    int width;
    for (int column = 0; column < valueStride; column += width) {
      width = block.panelWidth(column);
      long panelOffset = block.valueOffset(head, index, column);
      if (readsAll) {
        addPanel(block.data(), panelOffset, column, width);
      } else {
        addVisible(block.data(), panelOffset, column, width);
      }
    }
  }

  private void addPanel(MemorySegment v, long panelOffset, int column, int width) {
    long panelBytes = (long) KEYS * width * Float.BYTES;
    for (int group = 0; group < TileRows.groups(rows); group++) {
      int first = tile.visible.firstOfGroup(group);
      prefetchAfter(panelOffset, panelBytes, group);
      MicroKernel.multiply(
          tile.scores,
          group * GROUP * KEYS + first,
          v,
          panelOffset + (long) first * width * Float.BYTES,
          width / Simd.LANES,
          tile.visible.endOfGroup(group) - first,
          tile.accumulators,
          group * GROUP * valueStride + column,
          valueStride,
          true);
    }
  }

  /**
   * As the product, to the last bit, but a hidden key's NaN or infinity is not touched: 0 · NaN is
   * not 0.
   */
  private void addVisible(MemorySegment v, long panelOffset, int column, int width) {
    for (int r = 0; r < rows.rows(); r++) {
      for (int j = tile.visible.first(r); j < tile.visible.end(r); j++) {
        int weightAt = r * KEYS + j;
        if (tile.dropped(weightAt)) {
          continue;
        }
        for (int d = 0; d < width; d++) {
          int at = r * valueStride + column + d;
          long element = (long) j * width + d;
          float value = v.get(ValueLayout.JAVA_FLOAT, panelOffset + element * Float.BYTES);
          tile.accumulators[at] = Math.fma(tile.scores[weightAt], value, tile.accumulators[at]);
        }
      }
    }
  }

  /** It is there. */
  @Override
  public void end() {}

  /** The block belongs to its buffer. */
  @Override
  public void close() {}
}
