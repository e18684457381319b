package io.ringflash.engine.tornado;

/** A shard on tensor cores, which read the storage type as it is. */
final class TensorShardKernels implements ShardKernels {
  private final TornadoAttentionDevice device;
  private final ShardTensors tensors;
  private final TensorGraphs graphs;
  private final TensorMemory memory;
  private boolean first = true;

  TensorShardKernels(
      TornadoAttentionDevice device, ShardTensors tensors, TensorForm form, TensorGraphs graphs) {
    this.device = device;
    this.tensors = tensors;
    this.graphs = graphs;
    this.memory =
        new TensorMemory(
            device.device(),
            tensors.problem(),
            tensors.slices(),
            form.width(),
            tensors.queryElements(),
            device.small());
    try {
      DeviceBuffer queries = memory.queries();
      device.transfer(link -> link.upload(tensors.queries(), queries, leadBytes()));
      graphs.bind(memory);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public void reserve(int tiles) {}

  @Override
  public void fold(BlockMemory block) {
    fold(block.keys(), block.values(), block.tiles());
  }

  @Override
  public void finish() {
    if (first) {
      // The first fold writes the state, also of rows that see nothing: any memory does for no
      // keys.
      fold(memory.queries(), memory.queries(), memory.noKeys());
    }
    // Queries are not needed any more.
    DeviceBuffer out = memory.queries();
    try (Allocations raw = new Allocations(device.device())) {
      DeviceBuffer lse = raw.withHost(tensors.lseElements(), Float.BYTES);
      graphs.finish(memory, out, lse);
      device.transfer(link -> link.download(out, leadBytes(), tensors.out()));
      lse.download(tensors.lseElements() * Float.BYTES, device.small());
      tensors.scatterLse(lse.host());
    }
  }

  /** Out takes the place of the queries. */
  @Override
  public long byteSize() {
    return memory.byteSize() + tensors.lseElements() * Float.BYTES;
  }

  @Override
  public void close() {
    memory.close();
  }

  private void fold(DeviceBuffer keys, DeviceBuffer values, DeviceBuffer tiles) {
    graphs.fold(memory, keys, values, tiles, first);
    first = false;
  }

  private long leadBytes() {
    return (long) TensorShape.LEAD * tensors.problem().dtype().byteSize();
  }
}
