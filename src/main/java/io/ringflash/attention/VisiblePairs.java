package io.ringflash.attention;

import java.util.List;

/**
 * How many (query, key) pairs a mask leaves: the work there is. One pair costs a multiplication and
 * an addition per element of the head, twice.
 */
public final class VisiblePairs {
  private static final int FLOPS_PER_ELEMENT = 4;

  private VisiblePairs() {}

  /** Floating-point operations of the two products over all batch entries and heads. */
  public static long flops(AttentionProblem problem, AttentionInputs inputs) {
    long seqLenQ = problem.shape().seqLenQ();
    long seqLenK = problem.shape().seqLenK();
    long pairs =
        ofSlices(problem, List.of(PositionSlice.contiguous(0, seqLenQ)))
            + seqLenQ * inputs.jointKeys()
            + inputs.jointQueries() * (seqLenK + inputs.jointKeys());
    long heads = (long) problem.shape().batch() * problem.shape().heads();
    return FLOPS_PER_ELEMENT * problem.shape().headDim() * heads * pairs;
  }

  /** Pairs of some queries of the sequence with all its keys, in one head. */
  public static long ofSlices(AttentionProblem problem, List<PositionSlice> queries) {
    long pairs = 0;
    for (PositionSlice slice : queries) {
      for (long i = 0; i < slice.length(); i++) {
        pairs += ofQuery(problem, slice.index(i));
      }
    }
    return pairs;
  }

  /**
   * Pairs of two slices in one head, in constant time if their strides are equal: then a pair's
   * distance depends on the difference of its offsets alone.
   *
   * @param queryOffset position of query 0
   */
  public static long between(
      PositionSlice queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    if (queries.joint() || keys.joint()) {
      return queries.length() * keys.length();
    }
    if (queries.stride() != keys.stride()) {
      return betweenUnlikeStrides(queries, keys, mask, queryOffset);
    }
    if (queries.length() == 0 || keys.length() == 0) {
      return 0;
    }
    long distance = keys.start() - (queries.start() + queryOffset);
    long stride = keys.stride();
    long lowest = Math.ceilDiv(mask.lowestOffset() - distance, stride);
    long highest = Math.floorDiv(mask.highestOffset() - distance, stride);
    return lowest > highest
        ? 0
        : upTo(highest, queries.length(), keys.length())
            - upTo(lowest - 1, queries.length(), keys.length());
  }

  /** Pairs (i, j) with 0 ≤ i < n, 0 ≤ j < m and j − i ≤ difference. */
  private static long upTo(long difference, long n, long m) {
    long d = Math.clamp(difference, -n, m - 1);
    return triangle(d + n) - triangle(d + n - m) - triangle(d) + triangle(d - m);
  }

  /**
   * n (n + 1) / 2. The even factor is halved before it is multiplied: of the longest slices the
   * product may exceed a long, but what remains of it modulo 2⁶⁴ is right, and so is the sum that
   * it is a part of, which is smaller.
   */
  private static long triangle(long n) {
    if (n <= 0) {
      return 0;
    }
    return n % 2 == 0 ? n / 2 * (n + 1) : (n + 1) / 2 * n;
  }

  private static long betweenUnlikeStrides(
      PositionSlice queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    long pairs = 0;
    for (long i = 0; i < queries.length(); i++) {
      PositionSlice query = PositionSlice.strided(queries.index(i), 1, keys.stride());
      pairs += between(query, keys, mask, queryOffset);
    }
    return pairs;
  }

  private static long ofQuery(AttentionProblem problem, long query) {
    AttentionMask mask = problem.mask();
    long position = query + problem.queryOffset();
    long first = Math.max(0, position + mask.lowestOffset());
    long last = Math.min(problem.shape().seqLenK() - 1, position + mask.highestOffset());
    return Math.max(0, last - first + 1);
  }
}
