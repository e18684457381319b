package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rank's queries on one device. Queries go up once; out and lse come down once; between them only
 * K/V blocks travel, in the storage type, from a thread of their own.
 */
final class TornadoShard implements ShardAttention {
  private final TornadoAttentionDevice device;
  private final ShardRequest request;
  private final AttentionShape shape;
  private final DType dtype;
  private final LayoutGraphs layout;
  private final FoldGraph fold;
  private final FoldForm.Kernel kernel;
  private final AtomicInteger stamp = new AtomicInteger();
  private final @Nullable ShardMemory memory;
  private @Nullable BlockScratch scratch;

  TornadoShard(
      TornadoAttentionDevice device,
      ShardRequest request,
      FoldForm.Kernel kernel,
      LayoutGraphs layout,
      FoldGraph fold) {
    this.device = device;
    this.request = request;
    this.shape = request.problem().shape();
    this.dtype = request.problem().dtype();
    this.kernel = kernel;
    this.layout = layout;
    this.fold = fold;
    List<PositionSlice> slices = request.queries().stream().map(QueryPart::positions).toList();
    this.memory = TileTable.tiles(slices) == 0 ? null : device.worker().call(() -> begin(slices));
  }

  @Override
  public String kernel() {
    return kernel.label();
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return device
        .worker()
        .call(() -> {
          int tiles = BlockMemory.mostTiles(candidates);
          if (scratch == null || scratch.tiles() < tiles) {
            closeScratch();
            scratch = new BlockScratch(device.device(), shape, padded(), tiles);
          }
          Allocations allocations = new Allocations(device.device());
          try {
            return new BlockMemory(
                device.worker(), allocations, shape, dtype, padded(), candidates);
          } catch (RuntimeException e) {
            allocations.close();
            throw e;
          }
        });
  }

  @Override
  public void load(KeyValueBuffer buffer, KeyValueBlock block) {
    BlockMemory target = (BlockMemory) buffer;
    target.stage(block, stamp.incrementAndGet());
    device.uploader().run(() -> target.upload(block, device.uploads()));
  }

  @Override
  public void fold(KeyValueBuffer buffer) {
    BlockMemory block = (BlockMemory) buffer;
    ShardMemory rows = memory;
    BlockScratch unpacked = scratch;
    if (rows == null || unpacked == null || block.tileCount() == 0) {
      return;
    }
    request.stop().check();
    long keyGroups = (long) shape.batch() * shape.kvHeads() * block.tileCount();
    device
        .worker()
        .run(() -> {
          layout.unpack(block, unpacked, keyGroups);
          fold.run(block, unpacked, queryGroups(rows));
        });
  }

  @Override
  public void finish() {
    ShardMemory rows = memory;
    if (rows != null) {
      device.worker().run(() -> end(rows));
    }
  }

  @Override
  public void close() {
    device
        .worker()
        .run(() -> {
          closeScratch();
          if (memory != null) {
            memory.close();
          }
        });
  }

  private void closeScratch() {
    if (scratch != null) {
      scratch.close();
      scratch = null;
    }
  }

  private int padded() {
    return kernel.padded(shape.headDim());
  }

  private long queryGroups(ShardMemory rows) {
    return (long) shape.batch() * shape.heads() * rows.tiles();
  }

  private List<Tensor> tensors(Function<QueryPart, Tensor> which) {
    return request.queries().stream().map(which).toList();
  }

  private long queryElements() {
    return tensors(QueryPart::q).stream().mapToLong(Tensor::size).sum();
  }

  private ShardMemory begin(List<PositionSlice> slices) {
    ShardMemory rows =
        new ShardMemory(device.device(), request.problem(), slices, padded(), device.downloads());
    Allocations raw = new Allocations(device.device());
    try (raw) {
      DeviceBuffer queries = raw.withHost(queryElements(), dtype.byteSize());
      Staging.gather(tensors(QueryPart::q), queries.host(), dtype);
      queries.upload(queries.byteSize(), device.downloads());
      layout.bind(rows);
      fold.bind(rows);
      layout.begin(queries, queryGroups(rows));
      return rows;
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  private void end(ShardMemory rows) {
    long elements = queryElements();
    long lseElements = tensors(QueryPart::lse).stream().mapToLong(Tensor::size).sum();
    try (Allocations raw = new Allocations(device.device())) {
      DeviceBuffer out = raw.withHost(elements, dtype.byteSize());
      DeviceBuffer lse = raw.withHost(lseElements, Float.BYTES);
      layout.end(out, lse, queryGroups(rows));
      out.download(elements * dtype.byteSize(), device.downloads());
      lse.download(lseElements * Float.BYTES, device.downloads());
      Staging.scatter(out.host(), tensors(QueryPart::out), dtype);
      scatterLse(lse.host());
    }
  }

  /** From {@code (batch, head, token)} of all parts to each part's own. */
  private void scatterLse(MemorySegment staged) {
    List<Tensor> parts = tensors(QueryPart::lse);
    long tokens = parts.stream().mapToLong(part -> part.dim(2)).sum();
    long first = 0;
    for (Tensor part : parts) {
      for (int row = 0; row < shape.batch() * shape.heads(); row++) {
        for (long i = 0; i < part.dim(2); i++) {
          float value = staged.getAtIndex(ValueLayout.JAVA_FLOAT, row * tokens + first + i);
          part.set(value, row / shape.heads(), row % shape.heads(), i);
        }
      }
      first += part.dim(2);
    }
  }
}
