package io.ringflash.engine.cpu;

import io.ringflash.attention.PartialAttention;
import java.util.Arrays;

/** Attention of the same rows and several stretches of keys, until it is merged. */
final class KeptResults {
  private final int rows;
  private final int headDim;
  private final float[] accumulators;
  private final float[] maxima;
  private final float[] sums;

  /** Results of {@code items} stretches, each empty. */
  KeptResults(int rows, int items, int headDim) {
    this.rows = rows;
    this.headDim = headDim;
    this.accumulators = new float[Math.multiplyExact(rows * items, headDim)];
    this.maxima = new float[rows * items];
    this.sums = new float[rows * items];
    Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
  }

  /** Copies a stretch's result from the scratch memory that it was computed in. */
  void keep(int item, TileRows tile) {
    int stride = Simd.padded(headDim);
    for (int r = 0; r < rows; r++) {
      int index = item * rows + r;
      // NaN scores are no maximum, but make the sum NaN: such a row is not an empty one.
      maxima[index] = Float.isNaN(tile.sum(r)) ? Float.NaN : tile.max(r);
      sums[index] = tile.sum(r);
      System.arraycopy(tile.accumulators, r * stride, accumulators, index * headDim, headDim);
    }
  }

  /**
   * Merges the results of stretches {@code from} to {@code to} for row {@code r}, in this order,
   * into row {@code stateRow} of {@code state}.
   */
  void merge(int from, int to, int r, PartialAttention state, long stateRow) {
    float[] accumulator = new float[headDim];
    state.loadAccumulator(stateRow, accumulator, 0);
    float max = state.max(stateRow);
    float sum = state.sum(stateRow);
    for (int item = from; item < to; item++) {
      int index = item * rows + r;
      if (maxima[index] != Float.NEGATIVE_INFINITY) {
        float newMax = Math.max(max, maxima[index]);
        float oldFactor = PartialAttention.factor(max, newMax);
        float newFactor = PartialAttention.factor(maxima[index], newMax);
        sum = sum * oldFactor + sums[index] * newFactor;
        for (int d = 0; d < headDim; d++) {
          float added = accumulators[index * headDim + d];
          accumulator[d] = accumulator[d] * oldFactor + added * newFactor;
        }
        max = newMax;
      }
    }
    state.set(stateRow, max, sum);
    state.storeAccumulator(stateRow, accumulator, 0);
  }
}
