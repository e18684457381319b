package io.ringflash.engine.cpu;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardRequest;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Tiled flash attention on the vector unit. */
final class VectorShard extends CpuShard<PackedBlock> {
  private final List<RowTile> rowTiles;
  private final ConcurrentLinkedQueue<VectorTile> idleTiles = new ConcurrentLinkedQueue<>();

  VectorShard(ShardRequest request, CpuResources resources) {
    super(request, resources, PackedBlock.class);
    this.rowTiles = RowTile.cut(request.queries(), shape.groupSize());
  }

  @Override
  public String kernel() {
    return "vector";
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return new PackedBlock(shape, candidates, resources.memory().lease());
  }

  @Override
  public void load(KeyValueBuffer buffer, KeyValueBlock block) {
    ((PackedBlock) buffer).load(block, resources.workers());
  }

  @Override
  void foldBlock(PackedBlock block) {
    int perHead = rowTiles.size();
    int items = shape.batch() * shape.kvHeads() * perHead;
    resources
        .workers()
        .run(
            items,
            item -> {
              request.stop().check();
              int head = item / perHead;
              // The last rows of a causal slice see most keys: begin with them, end with small
              // work.
              RowTile rows = rowTiles.get(perHead - 1 - item % perHead);
              fold(rows, head, block);
            });
  }

  private void fold(RowTile rows, int head, PackedBlock block) {
    VectorTile tile = idleTiles.poll();
    if (tile == null) {
      tile = new VectorTile(request.problem());
    }
    tile.fold(rows, head, block, state);
    idleTiles.add(tile);
  }
}
