package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What all CPU kernels share: the partial attention of a rank's queries and its last step. Queries
 * are read in place from host memory, which is this device's memory.
 *
 * @param <B> the layout in which the kernel keeps K/V blocks
 */
abstract class CpuShard<B extends KeyValueBuffer> implements ShardAttention {
  /** Rows that one worker finishes at a time. */
  private static final int FINISH_ROWS = 256;

  private final Class<B> bufferType;
  private final Arena arena = Arena.ofShared();
  protected final ShardRequest request;
  protected final AttentionShape shape;
  protected final WorkerPool pool;
  protected final PartialAttention state;

  CpuShard(ShardRequest request, WorkerPool pool, Class<B> bufferType) {
    this.request = request;
    this.shape = request.problem().shape();
    this.pool = pool;
    this.bufferType = bufferType;
    long queries = request.queries().stream().mapToLong(part -> part.positions().length()).sum();
    this.state =
        new PartialAttention(arena, shape.batch(), shape.heads(), queries, shape.headDim());
  }

  /** Folds a block whose layout is this kernel's own. */
  abstract void foldBlock(B block);

  @Override
  public final void fold(KeyValueBuffer buffer) {
    foldBlock(bufferType.cast(buffer));
  }

  @Override
  public final void finish() {
    long firstQuery = 0;
    for (QueryPart part : request.queries()) {
      finishPart(part, firstQuery);
      firstQuery += part.positions().length();
    }
  }

  @Override
  public final void close() {
    arena.close();
  }

  private void finishPart(QueryPart part, long firstQuery) {
    int length = Math.toIntExact(part.positions().length());
    int chunks = Math.ceilDiv(length, FINISH_ROWS);
    pool.run(
        shape.batch() * shape.heads() * chunks,
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
    Tensor out = part.out();
    Tensor lse = part.lse();
    MemorySegment target = out.data();
    for (int i = from; i < to; i++) {
      float rowLse =
          state.finishRow(
              state.row(batch, head, firstQuery + i),
              target,
              out.byteOffset(batch, i, head, 0),
              out.dtype());
      lse.set(rowLse, batch, head, i);
    }
  }
}
