package io.ringflash.engine.cpu;

import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.ShardRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tiled flash attention. A tile of rows is divided and written with the last block that has keys
 * for it, while it is in the cache.
 *
 * @param <B> the layout in which the kernel keeps K/V blocks
 */
abstract class TiledShard<B extends CpuBlock<B>> extends CpuShard<B> {
  private final List<WorkItem> items;

  /** Rows between blocks; null if all keys come in one. */
  private final @Nullable PartialAttention state;

  /** Number of blocks that have been folded in. */
  private int folded;

  /**
   * @param tileRows most rows of a tile
   */
  TiledShard(ShardRequest request, CpuResources resources, Class<B> bufferType, int tileRows) {
    super(request, resources, bufferType);
    this.items = WorkItem.cut(request, resources.workers().threads(), tileRows);
    this.state = request.blocks().size() > 1 ? emptyState() : null;
  }

  /**
   * A block's tiles for one item, with scratch memory of the thread that calls.
   *
   * @param scratch that the item's rows are in
   */
  abstract KeyTiles tiles(B block, WorkItem item, TileRows scratch);

  @Override
  final void foldBlock(B block) {
    int index = folded++;
    resources
        .workers()
        .run(
            items.size(),
            foldOperations(block),
            i -> {
              request.stop().check();
              if (!isFinished(items.get(i), index)) {
                fold(items.get(i), index, block);
              }
            });
  }

  /** Floating-point operations of all rows and keys, whatever the mask. */
  private long foldOperations(B block) {
    long keys = 0;
    for (PositionSlice positions : block.positions()) {
      keys += positions.length();
    }
    return 4 * rowCount() * keys * shape.headDim();
  }

  /** Whether the shard's block {@code index} comes after the last that has keys for a tile. */
  private boolean isFinished(WorkItem item, int index) {
    boolean onceMore = index >= request.blocks().size();
    return index > item.lastBlock() && !onceMore;
  }

  private void fold(WorkItem item, int index, B block) {
    TileRows scratch = resources.takeTile();
    TileFold fold = new TileFold(request, item, scratch);
    PartialAttention between = state;
    if (between == null || index == 0) {
      fold.start();
    } else {
      fold.resume(between);
    }
    try (KeyTiles tiles = tiles(block, item, scratch)) {
      fold.fold(tiles);
    }
    if (between == null || index == item.lastBlock()) {
      fold.finish();
    } else {
      fold.suspend(between);
    }
    resources.idleTiles().add(scratch);
  }

  /** Writes the rows that no block has keys for. */
  @Override
  public final void finish() {
    List<WorkItem> left = new ArrayList<>();
    for (WorkItem item : items) {
      if (item.lastBlock() < 0) {
        left.add(item);
      }
    }
    resources
        .workers()
        .run(
            left.size(),
            FINISH_OPERATIONS * RowTile.ROWS * left.size() * shape.headDim(),
            i -> {
              request.stop().check();
              TileRows scratch = resources.takeTile();
              TileFold fold = new TileFold(request, left.get(i), scratch);
              fold.start();
              fold.finish();
              resources.idleTiles().add(scratch);
            });
  }
}
