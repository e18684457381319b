package io.ringflash.experiment.plan;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.attention.VisiblePairs;
import io.ringflash.tensor.DType;
import java.util.List;

/**
 * The attention of one layer.
 *
 * @param shape sizes
 * @param mask visible keys
 * @param dtype storage type
 * @param jointTokens keys that every query sees
 */
public record Workload(AttentionShape shape, AttentionMask mask, DType dtype, int jointTokens) {
  private static final int FLOPS_PER_ELEMENT = 4;

  /**
   * @throws IllegalArgumentException if {@code jointTokens} is negative
   */
  public Workload {
    if (jointTokens < 0) {
      throw new IllegalArgumentException(
          "joint tokens should be at least 0 but got " + jointTokens);
    }
  }

  /** Position of query 0. */
  long queryOffset() {
    return shape.seqLenK() - shape.seqLenQ();
  }

  /** Floating-point operations of so many pairs of a query and a key, in all heads. */
  double flops(double pairs) {
    return FLOPS_PER_ELEMENT * pairs * shape.headDim() * shape.heads() * shape.batch();
  }

  /** Of the whole layer, over visible pairs. */
  double flops() {
    PositionSlice queries = PositionSlice.contiguous(0, shape.seqLenQ());
    PositionSlice keys = PositionSlice.contiguous(0, shape.seqLenK());
    double pairs = VisiblePairs.between(queries, keys, mask, queryOffset());
    return flops(pairs + (double) shape.seqLenQ() * jointTokens);
  }

  /**
   * Of one block of keys, with those that are computed only to be masked.
   *
   * @param edgeKeys masked keys per query where the mask's edge crosses two slices
   */
  double flops(List<PositionSlice> queries, List<PositionSlice> keys, double edgeKeys) {
    double pairs = 0;
    for (PositionSlice query : queries) {
      for (PositionSlice key : keys) {
        BlockMask visible = BlockMask.classify(query, key, mask, queryOffset());
        if (visible != BlockMask.EMPTY) {
          pairs += VisiblePairs.between(query, key, mask, queryOffset());
        }
        if (visible == BlockMask.PARTIAL) {
          pairs += edgeKeys * Math.min(query.length(), key.length());
        }
      }
    }
    return flops(pairs);
  }

  /** Bytes of keys and values of so many tokens. */
  double keyValueBytes(long tokens) {
    return 2.0 * tokens * shape.batch() * shape.kvHeads() * shape.headDim() * dtype.byteSize();
  }

  /** Bytes of the queries, or the results, of so many tokens. */
  double queryBytes(long tokens) {
    return (double) tokens * shape.batch() * shape.heads() * shape.headDim() * dtype.byteSize();
  }

  /** Bytes of the FP32 partial attention of so many tokens: accumulator, maximum and sum. */
  double stateBytes(long tokens) {
    return (double) tokens * shape.batch() * shape.heads() * (shape.headDim() + 2) * Float.BYTES;
  }

  static long tokens(List<PositionSlice> slices) {
    return slices.stream().mapToLong(PositionSlice::length).sum();
  }
}
