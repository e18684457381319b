package io.ringflash.attention;

import java.util.List;

/** How much of a block of (query, key) pairs a mask leaves visible. */
public enum BlockMask {
  /** No pair: the block is skipped, and its K/V need not travel. */
  EMPTY,
  /** Some pairs: the kernel masks. */
  PARTIAL,
  /** All pairs: the kernel pays for no masking. */
  FULL;

  /**
   * Classifies all pairs of two shards, exactly.
   *
   * @param queries slices of query indices
   * @param keys slices of key indices
   * @param mask on positions
   * @param queryOffset position of query 0, that is seqLenK − seqLenQ
   */
  public static BlockMask classify(
      List<PositionSlice> queries, List<PositionSlice> keys, AttentionMask mask, long queryOffset) {
    boolean anyVisible = false;
    boolean anyHidden = false;
    for (PositionSlice query : queries) {
      for (PositionSlice key : keys) {
        if (query.length() > 0 && key.length() > 0) {
          BlockMask pair = classify(query, key, mask, queryOffset);
          anyVisible |= pair != EMPTY;
          anyHidden |= pair != FULL;
        }
      }
    }
    if (!anyVisible) {
      return EMPTY;
    }
    return anyHidden ? PARTIAL : FULL;
  }

  /** Classifies all pairs of two slices, exactly. An empty slice makes an empty block. */
  public static BlockMask classify(
      PositionSlice queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    if (queries.length() == 0 || keys.length() == 0) {
      return EMPTY;
    }
    if (queries.joint() || keys.joint()) {
      return FULL;
    }
    long lowest = mask.lowestOffset();
    long highest = mask.highestOffset();
    long smallest = keys.start() - (queries.lastIndex() + queryOffset);
    long largest = keys.lastIndex() - (queries.start() + queryOffset);
    if (smallest >= lowest && largest <= highest) {
      return FULL;
    }
    if (lowest > highest || largest < lowest || smallest > highest) {
      return EMPTY;
    }
    boolean visible =
        queries.stride() == keys.stride()
            ? reaches(smallest, keys.stride(), lowest, highest)
            : anyRowReaches(queries, keys, lowest, highest, queryOffset);
    return visible ? PARTIAL : EMPTY;
  }

  /** Whether {@code smallest + n·stride}, n ≥ 0, falls into [lowest, highest]. */
  private static boolean reaches(long smallest, long stride, long lowest, long highest) {
    long steps = Math.max(0, Math.ceilDiv(lowest - smallest, stride));
    return smallest + steps * stride <= highest;
  }

  /**
   * Slices of unlike strides realise no regular set of distances: look at each query that is near
   * enough to some key.
   */
  private static boolean anyRowReaches(
      PositionSlice queries, PositionSlice keys, long lowest, long highest, long queryOffset) {
    long start = queries.start() + queryOffset;
    long from = Math.ceilDiv(keys.start() - highest - start, queries.stride());
    long to = Math.floorDiv(keys.lastIndex() - lowest - start, queries.stride());
    for (long i = Math.max(0, from); i <= Math.min(to, queries.length() - 1); i++) {
      long distance = keys.start() - (start + i * queries.stride());
      if (reaches(distance, keys.stride(), lowest, highest)) {
        return true;
      }
    }
    return false;
  }
}
