package io.ringflash.engine;

import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One slice of a rank's queries, and where its results belong. The tensors are views of host
 * memory; a device may write a row's results while it still reads other rows' queries, so those for
 * results share none with what it reads.
 *
 * @param positions indices of the n queries
 * @param q {@code (batch, n, heads, headDim)}
 * @param out like q
 * @param lse FP32 {@code (batch, heads, n)}
 */
public record QueryPart(PositionSlice positions, Tensor q, Tensor out, Tensor lse) {
  /** Number of queries of some slices together. */
  public static long count(List<QueryPart> parts) {
    long count = 0;
    for (QueryPart part : parts) {
      count += part.positions().length();
    }
    return count;
  }

  /** Indices of the queries, slice by slice. */
  public static List<PositionSlice> slices(List<QueryPart> parts) {
    List<PositionSlice> slices = new ArrayList<>(parts.size());
    for (QueryPart part : parts) {
      slices.add(part.positions());
    }
    return slices;
  }
}
