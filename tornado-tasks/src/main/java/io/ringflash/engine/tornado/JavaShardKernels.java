package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A shard with the kernels that TornadoVM compiles: FP32, whatever the storage type. */
final class JavaShardKernels implements ShardKernels {
  private final TornadoAttentionDevice device;
  private final ShardTensors tensors;
  private final AttentionShape shape;
  private final DType dtype;
  private final FoldForm.Kernel kernel;
  private final LayoutGraphs layout;
  private final FoldGraph fold;
  private final ShardMemory memory;
  private @Nullable UnpackedScratch scratch;

  JavaShardKernels(
      TornadoAttentionDevice device,
      ShardTensors tensors,
      FoldForm.Kernel kernel,
      LayoutGraphs layout,
      FoldGraph fold) {
    this.device = device;
    this.tensors = tensors;
    this.shape = tensors.problem().shape();
    this.dtype = tensors.problem().dtype();
    this.kernel = kernel;
    this.layout = layout;
    this.fold = fold;
    this.memory = begin();
  }

  @Override
  public void reserve(int tiles) {
    if (scratch == null || scratch.tiles() < tiles) {
      closeScratch();
      int padded = kernel.padded(shape.headDim());
      scratch = new UnpackedScratch(device.device(), shape, padded, tiles, device.small());
    }
  }

  @Override
  public void fold(BlockMemory block) {
    UnpackedScratch unpacked = scratch;
    if (unpacked == null) {
      throw new IllegalStateException("no room was reserved");
    }
    long keyGroups = (long) shape.batch() * shape.kvHeads() * block.tileCount();
    device.worker().run(() -> fold.run(block, unpacked, keyGroups, queryGroups(memory)));
  }

  @Override
  public void finish() {
    long elements = tensors.queryElements();
    long lseElements = tensors.lseElements();
    try (Allocations raw = new Allocations(device.device())) {
      DeviceBuffer out = raw.onDevice(elements, dtype.byteSize());
      DeviceBuffer lse = raw.withHost(lseElements, Float.BYTES);
      layout.end(out, lse, queryGroups(memory));
      device.transfer(link -> link.download(out, 0, tensors.out()));
      lse.download(lseElements * Float.BYTES, device.small());
      tensors.scatterLse(lse.host());
    }
  }

  @Override
  public long byteSize() {
    long unpacked = scratch == null ? 0 : scratch.byteSize();
    long results = tensors.queryElements() * dtype.byteSize() + tensors.lseElements() * Float.BYTES;
    return memory.byteSize() + unpacked + results;
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

  private long queryGroups(ShardMemory rows) {
    return (long) shape.batch() * shape.heads() * rows.tiles();
  }

  private ShardMemory begin() {
    ShardMemory rows =
        new ShardMemory(
            device.device(), tensors.problem(), tensors.slices(), kernel, device.small());
    try (Allocations raw = new Allocations(device.device())) {
      DeviceBuffer queries = raw.onDevice(tensors.queryElements(), dtype.byteSize());
      device.transfer(link -> link.upload(tensors.queries(), queries, 0));
      layout.bind(rows);
      fold.bind(rows);
      layout.begin(queries, queryGroups(rows));
      return rows;
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }
}
