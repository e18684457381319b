package io.ringflash.engine.tornado;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A rank's queries on one device. Queries go up once; out and lse come down once; between them only
 * K/V blocks travel, in the storage type, from a thread of their own.
 */
final class TornadoShard implements ShardAttention {
  private final TornadoAttentionDevice device;
  private final ShardRequest request;
  private final FoldPlan plan;
  private final ShardTensors tensors;
  private final BlockTables tables;
  private final AtomicInteger stamp = new AtomicInteger();
  private final AtomicInteger folded = new AtomicInteger();

  /** Of blocks that are allocated now, and the most so far; for the rank's thread. */
  private long blockBytes;

  private long mostBlockBytes;

  /** Null without queries. */
  private final @Nullable ShardKernels kernels;

  TornadoShard(TornadoAttentionDevice device, ShardRequest request, FoldPlan plan) {
    this.device = device;
    this.request = request;
    this.plan = plan;
    this.tensors = new ShardTensors(request);
    this.tables = new BlockTables(tensors, plan.padded());
    this.kernels =
        TileTable.tiles(tensors.slices()) == 0
            ? null
            : device.worker().call(() -> plan.begin().apply(tensors, tables));
  }

  @Override
  public String kernel() {
    return plan.label();
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return device
        .worker()
        .call(() -> {
          if (kernels != null) {
            kernels.reserve(BlockMemory.mostTiles(candidates));
          }
          Allocations allocations = new Allocations(device.device());
          try {
            BlockMemory block =
                new BlockMemory(
                    device,
                    allocations,
                    request.problem(),
                    plan,
                    tables,
                    candidates,
                    bytes -> blockBytes -= bytes);
            blockBytes += block.byteSize();
            mostBlockBytes = Math.max(mostBlockBytes, blockBytes);
            return block;
          } catch (RuntimeException e) {
            allocations.close();
            throw e;
          }
        });
  }

  @Override
  public void load(KeyValueBuffer buffer, KeyValueBlock block) {
    BlockMemory target = (BlockMemory) buffer;
    int number = stamp.incrementAndGet();
    // A block that is here, and not yet folded in, soon will be.
    boolean besideKernels = number - 1 > folded.get();
    target.expect(block, number);
    prepare(target);
    device.transfer(link ->
        target.load(
            block, besideKernels ? link::uploadBesideKernels : link::upload, device.transfers()));
  }

  @Override
  public void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
    BlockMemory target = (BlockMemory) buffer;
    BlockMemory origin = (BlockMemory) source;
    target.expect(block, stamp.incrementAndGet());
    device.copy(
        origin.device(),
        link -> {
          target.copy(origin, block, link);
          prepare(target);
          link.await();
        });
  }

  private void prepare(BlockMemory block) {
    if (kernels != null && block.tileCount() > 0) {
      kernels.prepare(block);
    }
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    BlockMemory source = (BlockMemory) buffer;
    device.transfer(link -> source.read(part, from, k, v, link));
  }

  @Override
  public void fold(KeyValueBuffer buffer) {
    BlockMemory block = (BlockMemory) buffer;
    ShardKernels folding = kernels;
    if (folding != null && block.tileCount() > 0) {
      request.stop().check();
      folding.fold(block);
    }
    folded.incrementAndGet();
  }

  @Override
  public long deviceBytes() {
    return mostBlockBytes + (kernels == null ? 0 : kernels.byteSize());
  }

  @Override
  public void finish() {
    if (kernels != null) {
      device.worker().run(kernels::finish);
    }
  }

  @Override
  public void close() {
    if (kernels != null) {
      device.worker().run(kernels::close);
    }
  }
}
