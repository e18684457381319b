package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A shard on tensor cores, which read 16-bit storage types as they are, and FP32 once it is split.
 */
final class TensorShardKernels implements ShardKernels {
  private final TornadoAttentionDevice device;
  private final ShardTensors tensors;
  private final TensorKernels kernels;
  private final TensorMemory memory;
  private final TensorForm form;
  private final Map<BlockMemory, TensorKernels.Fold> prepared = new ConcurrentHashMap<>();
  private @Nullable SplitScratch scratch;
  private boolean first = true;

  TensorShardKernels(
      TornadoAttentionDevice device,
      ShardTensors tensors,
      BlockTables tables,
      TensorForm form,
      TensorKernels kernels) {
    this.device = device;
    this.tensors = tensors;
    this.kernels = kernels;
    this.form = form;
    this.memory =
        new TensorMemory(
            device.device(),
            tensors.problem(),
            tensors.slices(),
            form.width(),
            tensors.queryElements(),
            tables.lastBlocks(TileTable.tiles(tensors.slices())),
            device.small());
    try {
      DeviceBuffer queries = memory.queries();
      device.transfer(link -> link.upload(tensors.queries(), queries, leadBytes()));
      kernels.bind(memory);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public void reserve(int tiles) {
    if (form.splits() && (scratch == null || scratch.tiles() < tiles)) {
      closeScratch();
      scratch = new SplitScratch(device.device(), tensors.problem().shape(), form.width(), tiles);
    }
  }

  @Override
  public void prepare(BlockMemory block) {
    AttentionShape shape = tensors.problem().shape();
    TensorKernels.Keys keys =
        new TensorKernels.Keys(
            block.keys(),
            block.values(),
            block.tiles(),
            (long) shape.batch() * shape.kvHeads() * block.tileCount(),
            block.tokens(),
            block.queries(),
            block.index(),
            scratch);
    prepared.put(block, kernels.prepare(memory, keys));
  }

  @Override
  public void fold(BlockMemory block) {
    TensorKernels.Fold fold = prepared.get(block);
    if (fold == null) {
      throw new IllegalStateException("no block has been loaded");
    }
    if (kernels.foldsOnWorker()) {
      device.worker().run(() -> run(fold));
    } else {
      run(fold);
    }
  }

  @Override
  public void finish() {
    if (first) {
      // The first fold writes the state, also of rows that see nothing: any memory does for no
      // keys.
      reserve(0);
      DeviceBuffer any = memory.queries();
      TileRange all = TileRange.ofFirst(memory.tiles());
      TensorKernels.Keys none =
          new TensorKernels.Keys(any, any, memory.noKeys(), 0, 0, all, BlockTables.NONE, scratch);
      run(kernels.prepare(memory, none));
    }
    kernels.finish(memory);
    device.transfer(link -> link.download(memory.queries(), leadBytes(), tensors.out()));
    memory.lse().download(tensors.lseElements() * Float.BYTES, device.small());
    tensors.scatterLse(memory.lse().host());
  }

  @Override
  public long byteSize() {
    return memory.byteSize() + (scratch == null ? 0 : scratch.byteSize());
  }

  @Override
  public void close() {
    closeScratch();
    memory.close();
  }

  private void closeScratch() {
    if (scratch != null) {
      scratch.close();
      scratch = null;
    }
  }

  private void run(TensorKernels.Fold fold) {
    fold.run(first);
    first = false;
  }

  private long leadBytes() {
    return (long) TensorShape.LEAD * tensors.problem().dtype().byteSize();
  }
}
