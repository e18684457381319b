package io.ringflash.engine.cpu;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.cpu.onednn.OneDnn;
import io.ringflash.tensor.Tensor;
import java.util.List;

/** Tiled flash attention whose two products are oneDNN's. */
final class OneDnnShard extends TiledShard<OneDnnBlock> {
  private final OneDnnProducts products;

  OneDnnShard(ShardRequest request, CpuResources resources, OneDnn library) {
    super(request, resources, OneDnnBlock.class, OneDnnScratch.ROWS);
    this.products = new OneDnnProducts(library, request.problem());
  }

  @Override
  public String kernel() {
    return "onednn";
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    RawBlock raw = new RawBlock(request.problem(), candidates, resources.memory().lease());
    return new OneDnnBlock(shape, products, candidates, raw, resources.memory().lease());
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    ((OneDnnBlock) buffer).read(part, from, k, v);
  }

  @Override
  KeyTiles tiles(OneDnnBlock block, WorkItem item, TileRows scratch) {
    return new OneDnnTiles(
        request.problem(),
        products,
        item,
        block,
        scratch,
        resources.takeOneDnn(),
        resources.idleOneDnn());
  }
}
