package io.ringflash.attention;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Attention over the keys seen so far: for each row (batch, head, query) the unnormalised
 * accumulator, the running maximum of the scores and the running sum of their exponentials, all
 * FP32 and off-heap.
 *
 * <p>The state of no key at all is (0, −∞, 0): the identity of {@link #mergeRow}. Source of the
 * merge: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
 */
public final class PartialAttention {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final int heads;
  private final long seqLen;
  private final int headDim;
  private final MemorySegment accumulators;
  private final MemorySegment maxima;
  private final MemorySegment sums;

  /** The empty state of {@code batch · heads · seqLen} rows; lives as long as {@code arena}. */
  public PartialAttention(Arena arena, int batch, int heads, long seqLen, int headDim) {
    this.heads = heads;
    this.seqLen = seqLen;
    this.headDim = headDim;
    long rows = Math.multiplyExact((long) batch * heads, seqLen);
    this.accumulators =
        OffHeap.allocate(arena, Math.multiplyExact(rows, (long) headDim) * Float.BYTES);
    this.maxima = OffHeap.allocate(arena, rows * Float.BYTES);
    this.sums = OffHeap.allocate(arena, rows * Float.BYTES);
    for (long row = 0; row < rows; row++) {
      maxima.setAtIndex(FLOAT, row, Float.NEGATIVE_INFINITY);
    }
  }

  /** Index of a row; rows of one batch entry and head are neighbours. */
  public long row(int batch, int head, long query) {
    return ((long) batch * heads + head) * seqLen + query;
  }

  public int headDim() {
    return headDim;
  }

  /** Largest score of the row, −∞ before the first key. */
  public float max(long row) {
    return maxima.getAtIndex(FLOAT, row);
  }

  /** Sum of {@code exp(score − max)} of the row. */
  public float sum(long row) {
    return sums.getAtIndex(FLOAT, row);
  }

  /** Replaces a row's maximum and sum. */
  public void set(long row, float max, float sum) {
    maxima.setAtIndex(FLOAT, row, max);
    sums.setAtIndex(FLOAT, row, sum);
  }

  /** Copies a row's accumulator to {@code target}. */
  public void loadAccumulator(long row, float[] target, int at) {
    MemorySegment.copy(accumulators, FLOAT, row * headDim * Float.BYTES, target, at, headDim);
  }

  /** Replaces a row's accumulator. */
  public void storeAccumulator(long row, float[] source, int at) {
    MemorySegment.copy(source, at, accumulators, FLOAT, row * headDim * Float.BYTES, headDim);
  }

  /**
   * Merges the attention of further keys into a row.
   *
   * @param accumulator headDim elements from {@code at}, unnormalised, relative to {@code max}
   * @param max largest score of those keys, −∞ for none
   * @param sum of their exponentials, relative to {@code max}
   */
  public void mergeRow(long row, float[] accumulator, int at, float max, float sum) {
    if (max == Float.NEGATIVE_INFINITY) {
      return;
    }
    float oldMax = max(row);
    float newMax = Math.max(oldMax, max);
    float oldFactor = factor(oldMax, newMax);
    float newFactor = factor(max, newMax);
    set(row, newMax, sum(row) * oldFactor + sum * newFactor);
    long base = row * headDim;
    for (int d = 0; d < headDim; d++) {
      float old = accumulators.getAtIndex(FLOAT, base + d);
      float merged = old * oldFactor + accumulator[at + d] * newFactor;
      accumulators.setAtIndex(FLOAT, base + d, merged);
    }
  }

  /**
   * Merges normalised partial attention, as block processors return it.
   *
   * @param out FP32 {@code (batch, n, heads, headDim)}
   * @param lse FP32 {@code (batch, heads, n)}; −∞ where a query saw no key
   * @param firstQuery row of the state that index 0 of the n queries belongs to
   */
  public void merge(Tensor out, Tensor lse, long firstQuery) {
    float[] values = new float[headDim];
    for (int b = 0; b < out.dim(0); b++) {
      for (int h = 0; h < heads; h++) {
        for (long i = 0; i < out.dim(1); i++) {
          for (int d = 0; d < headDim; d++) {
            values[d] = out.get(b, i, h, d);
          }
          mergeRow(row(b, h, firstQuery + i), values, 0, lse.get(b, h, i), 1);
        }
      }
    }
  }

  /**
   * Divides, rounds once and writes a row's result.
   *
   * @param out receives headDim neighbouring elements from {@code byteOffset}
   * @return the row's lse
   */
  public float finishRow(long row, MemorySegment out, long byteOffset, DType dtype) {
    float sum = sum(row);
    // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty.
    boolean empty = sum == 0;
    long base = row * headDim;
    for (int d = 0; d < headDim; d++) {
      // Adding +0 gives a zero of either sign the same bits, however many blocks were folded in.
      float value = empty ? 0 : accumulators.getAtIndex(FLOAT, base + d) / sum + 0.0f;
      dtype.store(out, byteOffset + (long) d * dtype.byteSize(), value);
    }
    return empty ? Float.NEGATIVE_INFINITY : max(row) + (float) Math.log(sum);
  }

  private static float factor(float max, float newMax) {
    // Two partial results that both have an infinite maximum weigh the same.
    return max == newMax ? 1 : (float) Math.exp((double) max - newMax);
  }
}
