package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.StopSignal;

/** Flash attention of one worker: a tile of rows stays, tiles of keys pass by. */
final class TileFold {
  private final AttentionProblem problem;
  private final StopSignal stop;
  private final RowTile rows;
  private final int batch;
  private final int firstHead;
  private final int valueStride;
  private final TileRows tile;

  /**
   * @param tile scratch memory
   */
  TileFold(ShardRequest request, WorkItem item, TileRows tile) {
    AttentionShape shape = request.problem().shape();
    this.problem = request.problem();
    this.stop = request.stop();
    this.rows = item.rows();
    this.batch = item.batch(shape);
    this.firstHead = item.firstHead(shape);
    this.valueStride = Simd.padded(shape.headDim());
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
    tile.finish(rows, batch, firstHead, problem.shape().headDim());
  }

  /** Folds in all keys of a block, looking for a stop after every tile of keys. */
  void fold(KeyTiles tiles) {
    tiles.begin();
    PositionSlice queries = rows.positions();
    KeyTileIndex index = tiles.index();
    for (int i = 0; i < index.count(); i++) {
      PositionSlice keys = index.keys(i);
      BlockMask mask = BlockMask.classify(queries, keys, problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        boolean all = mask == BlockMask.FULL;
        tile.findVisible(problem, rows, keys, all);
        tiles.scoreKeys(i);
        tiles.weighKeys(keys, all);
        tiles.addValues(i, mask);
        stop.check();
      }
    }
    tiles.end();
  }
}
