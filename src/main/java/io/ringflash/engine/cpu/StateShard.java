package io.ringflash.engine.cpu;

import io.ringflash.attention.PartialAttention;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;

/**
 * Kernels that keep the partial attention of a rank's queries until its last step, which divides it
 * and writes the results.
 *
 * @param <B> the layout in which the kernel keeps K/V blocks
 */
abstract class StateShard<B extends CpuBlock<B>> extends CpuShard<B> {
  /** Rows that one worker finishes at a time. */
  private static final int FINISH_ROWS = 256;

  protected final PartialAttention state;

  StateShard(ShardRequest request, CpuResources resources, Class<B> bufferType) {
    super(request, resources, bufferType);
    this.state = emptyState();
  }

  @Override
  public final void finish() {
    long firstQuery = 0;
    for (QueryPart part : request.queries()) {
      finishPart(part, firstQuery);
      firstQuery += part.positions().length();
    }
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
