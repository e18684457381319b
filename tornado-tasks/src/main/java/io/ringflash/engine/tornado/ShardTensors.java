package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;

/** A shard's queries and results on the host, as one packed tensor each. */
record ShardTensors(ShardRequest request) {
  AttentionProblem problem() {
    return request.problem();
  }

  List<PositionSlice> slices() {
    return QueryPart.slices(request.queries());
  }

  long queryElements() {
    return elements(QueryPart::q);
  }

  long lseElements() {
    return elements(QueryPart::lse);
  }

  PackedTensor queries() {
    return new PackedTensor(tensors(QueryPart::q));
  }

  PackedTensor out() {
    return new PackedTensor(tensors(QueryPart::out));
  }

  /** From {@code (batch, head, token)} of all parts to each part's own. */
  void scatterLse(MemorySegment staged) {
    AttentionShape shape = problem().shape();
    List<Tensor> parts = tensors(QueryPart::lse);
    long tokens = parts.stream().mapToLong(part -> part.dim(2)).sum();
    long first = 0;
    for (Tensor part : parts) {
      for (int row = 0; row < shape.batch() * shape.heads(); row++) {
        copyLse(staged, row * tokens + first, part, row / shape.heads(), row % shape.heads());
      }
      first += part.dim(2);
    }
  }

  private static void copyLse(MemorySegment staged, long from, Tensor part, int batch, int head) {
    long count = part.dim(2);
    if (count > 0 && (count == 1 || part.stride(2) == 1)) {
      MemorySegment.copy(
          staged,
          from * Float.BYTES,
          part.data(),
          part.byteOffset(batch, head, 0),
          count * Float.BYTES);
      return;
    }
    for (long i = 0; i < count; i++) {
      part.set(staged.getAtIndex(ValueLayout.JAVA_FLOAT, from + i), batch, head, i);
    }
  }

  private long elements(Function<QueryPart, Tensor> which) {
    return tensors(which).stream().mapToLong(Tensor::size).sum();
  }

  private List<Tensor> tensors(Function<QueryPart, Tensor> which) {
    return request.queries().stream().map(which).toList();
  }
}
