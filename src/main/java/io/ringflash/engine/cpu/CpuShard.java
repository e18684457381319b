package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;

/**
 * What all CPU kernels share: the partial attention of a rank's queries and its last step. Queries
 * are read in place from host memory, which is this device's memory.
 *
 * @param <B> the layout in which the kernel keeps K/V blocks
 */
abstract class CpuShard<B extends CpuBlock<B>> implements ShardAttention {
  /** Rows that one worker finishes at a time. */
  private static final int FINISH_ROWS = 256;

  /** The time of finishing one element, in floating-point operations of a thread. */
  protected static final long FINISH_OPERATIONS = 50;

  private final Class<B> bufferType;
  private final MemoryPool.Lease memory;
  protected final ShardRequest request;
  protected final AttentionShape shape;
  protected final CpuResources resources;
  protected final PartialAttention state;

  CpuShard(ShardRequest request, CpuResources resources, Class<B> bufferType) {
    this.request = request;
    this.shape = request.problem().shape();
    this.resources = resources;
    this.memory = resources.memory().lease();
    this.bufferType = bufferType;
    long queries = request.queries().stream().mapToLong(part -> part.positions().length()).sum();
    this.state =
        new PartialAttention(memory, shape.batch(), shape.heads(), queries, shape.headDim());
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
  public void finish() {
    long firstQuery = 0;
    for (QueryPart part : request.queries()) {
      finishPart(part, firstQuery);
      firstQuery += part.positions().length();
    }
  }

  @Override
  public final void close() {
    memory.close();
  }

  private void finishPart(QueryPart part, long firstQuery) {
    int length = Math.toIntExact(part.positions().length());
    int chunks = Math.ceilDiv(length, FINISH_ROWS);
    resources
        .workers()
        .run(
            shape.batch() * shape.heads() * chunks,
            FINISH_OPERATIONS * shape.batch() * shape.heads() * length * shape.headDim(),
            item -> {
              request.stop().check();
              int head = item / chunks % shape.heads();
              int batch = item / chunks / shape.heads();
              int from = item % chunks * FINISH_ROWS;
              int to = Math.min(length, from + FINISH_ROWS);
              finishRows(part, batch, head, from, to, firstQuery);
            });
  }

  private void finishRows(QueryPart part, int batch, int head, int from, int to, long firstQuery) {
    float[] out = new float[shape.headDim()];
    for (int i = from; i < to; i++) {
      float lse = state.finishRow(state.row(batch, head, firstQuery + i), out);
      part.out().writeRow(out, 0, batch, i, head);
      part.lse().set(lse, batch, head, i);
    }
  }
}
