package io.ringflash.engine.cpu;

import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tiled flash attention on the vector unit. A tile of rows is divided and written with the last
 * block that has keys for it, while it is in the cache.
 */
final class VectorShard extends CpuShard<PackedBuffer> {
  private final List<WorkItem> items;

  /** Rows between blocks; null if all keys come in one. */
  private final @Nullable PartialAttention state;

  /** Number of blocks that have been folded in. */
  private int folded;

  VectorShard(ShardRequest request, CpuResources resources) {
    super(request, resources, PackedBuffer.class);
    this.items = WorkItem.cut(request, resources.workers().threads());
    this.state = request.blocks().size() > 1 ? emptyState() : null;
  }

  @Override
  public String kernel() {
    return "vector";
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return new PackedBuffer(shape, candidates, resources);
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    PackedBlock packed = ((PackedBuffer) buffer).packed();
    new PackedReader(packed, shape).read(part, from, k, v, resources);
  }

  @Override
  void foldBlock(PackedBuffer buffer) {
    PackedBlock block = buffer.packed();
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
  private long foldOperations(PackedBlock block) {
    return 4 * rowCount() * block.keyCount() * shape.headDim();
  }

  /** Whether the shard's block {@code index} comes after the last that has keys for a tile. */
  private boolean isFinished(WorkItem item, int index) {
    boolean onceMore = index >= request.blocks().size();
    return index > item.lastBlock() && !onceMore;
  }

  private void fold(WorkItem item, int index, PackedBlock block) {
    TileRows scratch = resources.takeTile();
    block.require(item.head(), scratch.packer);
    VectorTile tile = new VectorTile(request, item, scratch);
    PartialAttention between = state;
    if (between == null || index == 0) {
      tile.start();
    } else {
      tile.resume(between);
    }
    tile.fold(block);
    if (between == null || index == item.lastBlock()) {
      tile.finish();
    } else {
      tile.suspend(between);
    }
    resources.idleTiles().add(scratch);
  }

  /** Writes the rows that no block has keys for. */
  @Override
  public void finish() {
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
            FINISH_OPERATIONS * RowTile.MAX_ROWS * left.size() * shape.headDim(),
            i -> {
              request.stop().check();
              TileRows scratch = resources.takeTile();
              VectorTile tile = new VectorTile(request, left.get(i), scratch);
              tile.start();
              tile.finish();
              resources.idleTiles().add(scratch);
            });
  }
}
