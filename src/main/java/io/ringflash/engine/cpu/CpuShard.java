package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;

/**
 * What all CPU kernels share: buffers, and memory for as long as the run lasts. Queries are read in
 * place from host memory, which is this device's memory.
 *
 * @param <B> the layout in which the kernel keeps K/V blocks
 */
abstract class CpuShard<B extends CpuBlock<B>> implements ShardAttention {
  /** The time of finishing one element, in floating-point operations of a thread. */
  protected static final long FINISH_OPERATIONS = 50;

  private final Class<B> bufferType;
  private final MemoryPool.Lease memory;
  protected final ShardRequest request;
  protected final AttentionShape shape;
  protected final CpuResources resources;

  CpuShard(ShardRequest request, CpuResources resources, Class<B> bufferType) {
    this.request = request;
    this.shape = request.problem().shape();
    this.resources = resources;
    this.memory = resources.memory().lease();
    this.bufferType = bufferType;
  }

  /** The partial attention of all the rank's queries, empty. */
  final PartialAttention emptyState() {
    return new PartialAttention(
        memory, shape.batch(), shape.heads(), queryCount(), shape.headDim());
  }

  /** Queries of all batch entries and heads. */
  final long rowCount() {
    return queryCount() * shape.batch() * shape.heads();
  }

  private long queryCount() {
    return QueryPart.count(request.queries());
  }

  /** Folds a block whose layout is this kernel's own. */
  abstract void foldBlock(B block);

  @Override
  public final void load(KeyValueBuffer buffer, KeyValueBlock block) {
    bufferType.cast(buffer).load(block, resources.workers(), request.stop());
  }

  @Override
  public final void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
    B origin = bufferType.cast(source);
    if (origin.positions().equals(block.positions())) {
      bufferType.cast(buffer).copy(origin, resources.workers());
    } else {
      load(buffer, block);
    }
  }

  @Override
  public final void fold(KeyValueBuffer buffer) {
    foldBlock(bufferType.cast(buffer));
  }

  @Override
  public final void close() {
    memory.close();
  }
}
