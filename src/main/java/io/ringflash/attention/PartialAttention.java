package io.ringflash.attention;

import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

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
  private static final long ALIGNMENT = 64;

  private final int heads;
  private final long seqLen;
  private final int headDim;
  private final MemorySegment accumulators;
  private final MemorySegment maxima;
  private final MemorySegment sums;

  /**
   * The empty state of {@code batch · heads · seqLen} rows.
   *
   * @param memory what the state lives in; need not be zeroed
   */
  public PartialAttention(SegmentAllocator memory, int batch, int heads, long seqLen, int headDim) {
    this.heads = heads;
    this.seqLen = seqLen;
    this.headDim = headDim;
    long rows = Math.multiplyExact((long) batch * heads, seqLen);
    this.accumulators =
        memory.allocate(Math.multiplyExact(rows, (long) headDim) * Float.BYTES, ALIGNMENT);
    this.maxima = memory.allocate(rows * Float.BYTES, ALIGNMENT);
    this.sums = memory.allocate(rows * Float.BYTES, ALIGNMENT);
    for (long row = 0; row < rows; row++) {
      set(row, Float.NEGATIVE_INFINITY, 0);
    }
  }

  /** Bytes that the state of so many rows takes. */
  public static long byteSize(long rows, int headDim) {
    return rows * (headDim + 2L) * Float.BYTES;
  }

  /** Index of a row; rows of one batch entry and head are neighbours. */
  public long row(int batch, int head, long query) {
    return ((long) batch * heads + head) * seqLen + query;
  }

  public int headDim() {
    return headDim;
  }

  /** Number of rows. */
  public long rows() {
    return maxima.byteSize() / Float.BYTES;
  }

  /**
   * Largest score of the row or a smaller one that is close to it, −∞ before the first key: what
   * the sum and the accumulator are relative to.
   */
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

  /** Whether no key has reached a row; its accumulator is then undefined and stands for zeros. */
  public boolean empty(long row) {
    // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty.
    return sum(row) == 0;
  }

  /** Copies a row's accumulator to {@code target}. */
  public void loadAccumulator(long row, float[] target, int at) {
    if (empty(row)) {
      Arrays.fill(target, at, at + headDim, 0);
    } else {
      MemorySegment.copy(accumulators, FLOAT, row * headDim * Float.BYTES, target, at, headDim);
    }
  }

  /** Replaces a row's accumulator. */
  public void storeAccumulator(long row, float[] source, int at) {
    MemorySegment.copy(source, at, accumulators, FLOAT, row * headDim * Float.BYTES, headDim);
  }

  /**
   * Copies neighbouring rows.
   *
   * @param maxima receives their maxima from {@code at}
   * @param sums receives their sums from {@code at}
   * @param target receives their accumulators, {@code stride} elements apart, from {@code at ·
   *     stride}
   */
  public void loadRows(
      long row, int count, float[] maxima, float[] sums, float[] target, int at, int stride) {
    MemorySegment.copy(this.maxima, FLOAT, row * Float.BYTES, maxima, at, count);
    MemorySegment.copy(this.sums, FLOAT, row * Float.BYTES, sums, at, count);
    for (int i = 0; i < count; i++) {
      int to = (at + i) * stride;
      if (sums[at + i] == 0) {
        Arrays.fill(target, to, to + headDim, 0);
      } else {
        long from = (row + i) * headDim * Float.BYTES;
        MemorySegment.copy(accumulators, FLOAT, from, target, to, headDim);
      }
    }
  }

  /** Replaces neighbouring rows; arguments as of {@link #loadRows}. */
  public void storeRows(
      long row, int count, float[] maxima, float[] sums, float[] source, int at, int stride) {
    MemorySegment.copy(maxima, at, this.maxima, FLOAT, row * Float.BYTES, count);
    MemorySegment.copy(sums, at, this.sums, FLOAT, row * Float.BYTES, count);
    long to = row * headDim * Float.BYTES;
    if (stride == headDim) {
      MemorySegment.copy(source, at * stride, accumulators, FLOAT, to, count * headDim);
      return;
    }
    for (int i = 0; i < count; i++) {
      long rowBytes = (long) headDim * Float.BYTES;
      MemorySegment.copy(
          source, (at + i) * stride, accumulators, FLOAT, to + i * rowBytes, headDim);
    }
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
    boolean first = empty(row);
    float oldMax = max(row);
    float newMax = Math.max(oldMax, max);
    float oldFactor = factor(oldMax, newMax);
    float newFactor = factor(max, newMax);
    set(row, newMax, sum(row) * oldFactor + sum * newFactor);
    long base = row * headDim;
    for (int d = 0; d < headDim; d++) {
      float old = first ? 0 : accumulators.getAtIndex(FLOAT, base + d) * oldFactor;
      accumulators.setAtIndex(FLOAT, base + d, old + accumulator[at + d] * newFactor);
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
   * Divides a row's accumulator by its sum.
   *
   * @param out receives headDim elements; zeros for a row that saw no key
   * @return the row's lse
   */
  public float finishRow(long row, float[] out) {
    loadAccumulator(row, out, 0);
    return finish(out, 0, headDim, max(row), sum(row));
  }

  /**
   * Divides an accumulator by its row's sum.
   *
   * @param accumulator headDim elements from {@code at}; those of a row that saw no key are zeros
   * @return the row's lse
   */
  public static float finish(float[] accumulator, int at, int headDim, float max, float sum) {
    if (sum == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    for (int d = at; d < at + headDim; d++) {
      // Adding +0 gives a zero of either sign the same bits, however many blocks were folded in.
      accumulator[d] = accumulator[d] / sum + 0.0f;
    }
    return max + (float) Math.log(sum);
  }

  /** What a sum relative to {@code max} is multiplied by, to be relative to {@code newMax}. */
  public static float factor(float max, float newMax) {
    // Two partial results that both have an infinite maximum weigh the same.
    return max == newMax ? 1 : (float) Math.exp((double) max - newMax);
  }
}
