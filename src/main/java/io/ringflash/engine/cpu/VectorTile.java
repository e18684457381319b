package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.MicroKernel.DEPTH;
import static io.ringflash.engine.cpu.TileRows.GROUP;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.StopSignal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Flash attention of one worker on packed blocks: a tile of rows stays, tiles of keys pass by. */
final class VectorTile {
  private static final int PANEL = PackedBlock.PANEL;

  private final AttentionProblem problem;
  private final StopSignal stop;
  private final RowTile rows;
  private final int head;
  private final int batch;
  private final int firstHead;
  private final int headDim;
  private final int valueStride;
  private final TileRows tile;

  /**
   * @param tile scratch memory
   */
  VectorTile(ShardRequest request, WorkItem item, TileRows tile) {
    AttentionShape shape = request.problem().shape();
    this.problem = request.problem();
    this.stop = request.stop();
    this.rows = item.rows();
    this.head = item.head();
    this.batch = head / shape.kvHeads();
    this.firstHead = head % shape.kvHeads() * shape.groupSize();
    this.headDim = shape.headDim();
    this.valueStride = Simd.padded(headDim);
    this.tile = tile;
  }

  /** Starts from the state of no key at all. */
  void start() {
    tile.clear(rows, valueStride);
  }

  /** Goes on from {@code state}. */
  void resume(PartialAttention state) {
    tile.load(rows, batch, firstHead, state);
  }

  /** Gives the rows back to {@code state}. */
  void suspend(PartialAttention state) {
    tile.store(rows, batch, firstHead, state);
  }

  /** Divides the rows, rounds once, and writes them where results belong. */
  void finish() {
    tile.finish(rows, batch, firstHead, headDim);
  }

  /** Folds in all keys of {@code block}, looking for a stop after every tile of keys. */
  void fold(PackedBlock block) {
    tile.queries.loadSlabs(problem, rows, batch, firstHead);
    PositionSlice queries = rows.positions();
    for (int index = 0; index < block.tileCount(); index++) {
      PositionSlice keys = block.tile(index);
      BlockMask mask = BlockMask.classify(queries, keys, problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        tile.findVisible(problem, rows, keys, mask == BlockMask.FULL);
        scoreKeys(block.data(), block.keyOffset(head, index));
        boolean whole = mask == BlockMask.FULL && keys.length() == KEYS;
        tile.modifyScores(problem, rows, keys, queries.joint() || keys.joint(), whole);
        tile.softmax(rows, valueStride, whole);
        if (problem.dropout().enabled()) {
          tile.dropWeights(problem, rows, batch, firstHead, keys);
        }
        addValues(block, index, mask);
        stop.check();
      }
    }
  }

  /**
   * Scores of each group's rows, in whole panels of keys. A panel stays in the cache while all
   * groups pass by. What is computed for rows beyond the last one is not used.
   */
  private void scoreKeys(MemorySegment k, long keyOffset) {
    long panelBytes = (long) headDim * PANEL * Float.BYTES;
    for (int first = 0; first < KEYS; first += PANEL) {
      for (int group = 0; group < TileRows.groups(rows); group++) {
        if (tile.firstKey(group) < first + PANEL && first < tile.endKey(group)) {
          scorePanel(group, first, k, keyOffset + first / PANEL * panelBytes);
        }
      }
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

  private void addValues(PackedBlock block, int index, BlockMask mask) {
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
    for (int group = 0; group < TileRows.groups(rows); group++) {
      int first = tile.firstKey(group);
      MicroKernel.multiply(
          tile.scores,
          group * GROUP * KEYS + first,
          v,
          panelOffset + (long) first * width * Float.BYTES,
          width / Simd.LANES,
          tile.endKey(group) - first,
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
      for (int j = tile.firstVisible(r); j < tile.endVisible(r); j++) {
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
}
