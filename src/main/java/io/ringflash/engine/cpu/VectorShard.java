package io.ringflash.engine.cpu;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.List;

/** Tiled flash attention on the vector unit, on packed blocks. */
final class VectorShard extends TiledShard<PackedBuffer> {
  VectorShard(ShardRequest request, CpuResources resources) {
    super(request, resources, PackedBuffer.class, tileRows(request));
  }

  /** Under a mask the rows of bigger tiles would have more keys that only some of them see. */
  private static int tileRows(ShardRequest request) {
    return request.problem().mask().masks() ? RowTile.ROWS : RowTile.MAX_ROWS;
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
  KeyTiles tiles(PackedBuffer buffer, WorkItem item, TileRows scratch) {
    PackedBlock block = buffer.packed();
    block.require(item.head(), scratch.packer);
    return new PackedTiles(request.problem(), item, scratch, block);
  }
}
