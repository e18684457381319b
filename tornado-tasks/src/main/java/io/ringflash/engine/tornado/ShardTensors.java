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
    return request.queries().stream().map(QueryPart::positions).toList();
  }

  long queryElements() {
    return elements(QueryPart::q);
  }

  long lseElements() {
    return elements(QueryPart::lse);
  }

  void gatherQueries(MemorySegment staged) {
    Staging.gather(tensors(QueryPart::q), staged, problem().dtype());
  }

  void scatterOut(MemorySegment staged) {
    Staging.scatter(staged, tensors(QueryPart::out), problem().dtype());
  }

  /** From {@code (batch, head, token)} of all parts to each part's own. */
  void scatterLse(MemorySegment staged) {
    AttentionShape shape = problem().shape();
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

  private long elements(Function<QueryPart, Tensor> which) {
    return tensors(which).stream().mapToLong(Tensor::size).sum();
  }

  private List<Tensor> tensors(Function<QueryPart, Tensor> which) {
    return request.queries().stream().map(which).toList();
  }
}
