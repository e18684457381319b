package io.ringflash.attention;

import java.util.Arrays;

/**
 * Sizes of one attention problem: q is {@code (batch, seqLenQ, heads, headDim)}, k and v are {@code
 * (batch, seqLenK, kvHeads, headDim)}.
 *
 * @param batch independent problems
 * @param seqLenQ queries, without joint ones
 * @param seqLenK keys, without joint ones
 * @param heads query heads
 * @param kvHeads key and value heads; query head h reads K/V head {@code h / (heads / kvHeads)}
 * @param headDim elements per head, 1 to {@value #MAX_HEAD_DIM}
 */
public record AttentionShape(
    int batch, long seqLenQ, long seqLenK, int heads, int kvHeads, int headDim) {
  public static final int MAX_HEAD_DIM = 256;

  /** Positions are 32-bit in kernels and in the dropout generator. */
  public static final long MAX_SEQ_LEN = Integer.MAX_VALUE;

  /**
   * @throws IllegalArgumentException if a size is out of range or kvHeads does not divide heads
   */
  public AttentionShape {
    requireRange("batch", batch, 1, Integer.MAX_VALUE);
    requireRange("seqLenQ", seqLenQ, 0, MAX_SEQ_LEN);
    requireRange("seqLenK", seqLenK, 0, MAX_SEQ_LEN);
    requireRange("heads", heads, 1, 1 << 16);
    requireRange("kvHeads", kvHeads, 1, heads);
    requireRange("headDim", headDim, 1, MAX_HEAD_DIM);
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "heads should be a multiple of kvHeads but got %d and %d".formatted(heads, kvHeads));
    }
  }

  /** Query heads that share one K/V head. */
  public int groupSize() {
    return heads / kvHeads;
  }

  /** The shape of q and out. */
  public long[] queryShape() {
    return new long[] {batch, seqLenQ, heads, headDim};
  }

  /** The shape of k and v. */
  public long[] keyShape() {
    return new long[] {batch, seqLenK, kvHeads, headDim};
  }

  /** The shape of lse. */
  public long[] lseShape() {
    return new long[] {batch, heads, seqLenQ};
  }

  @Override
  public String toString() {
    return "q" + Arrays.toString(queryShape()) + " k" + Arrays.toString(keyShape());
  }

  private static void requireRange(String name, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          "%s should be in [%d, %d] but got %d".formatted(name, lowest, highest, value));
    }
  }
}
