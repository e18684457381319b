package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.PartialAttention;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Attention of the same rows and several stretches of keys, until it is merged. */
final class KeptResults {
  private final int rows;
  private final int items;

  /** Elements of a row's accumulator, of whole vectors. */
  private final int stride;

  private final boolean inPairOrder;

  /** {@code [row][stretch][stride]}: merging a row reads memory from end to end. */
  private final MemorySegment accumulators;

  private final float[] maxima;
  private final float[] sums;

  /**
   * Results of {@code items} stretches, each empty.
   *
   * @param inPairOrder whether accumulators are in {@link PairOrder}
   */
  KeptResults(int rows, int items, int stride, boolean inPairOrder, MemoryPool.Lease memory) {
    this.rows = rows;
    this.items = items;
    this.stride = stride;
    this.inPairOrder = inPairOrder;
    this.accumulators =
        memory.allocate((long) rows * items * stride * Float.BYTES, SPECIES.vectorByteSize());
    this.maxima = new float[rows * items];
    this.sums = new float[rows * items];
    Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
  }

  /** Copies a stretch's result from the scratch memory that it was computed in. */
  void keep(int item, TileRows tile) {
    for (int r = 0; r < rows; r++) {
      int index = r * items + item;
      // NaN scores are no maximum, but make the sum NaN: such a row is not an empty one.
      maxima[index] = Float.isNaN(tile.sum(r)) ? Float.NaN : tile.max(r);
      sums[index] = tile.sum(r);
      MemorySegment.copy(
          tile.accumulators, r * stride, accumulators, ValueLayout.JAVA_FLOAT, at(index), stride);
    }
  }

  /** First byte of an accumulator. */
  private long at(int index) {
    return (long) index * stride * Float.BYTES;
  }

  /**
   * Merges the results of stretches {@code from} to {@code to} for row {@code r}, in this order,
   * into row {@code stateRow} of {@code state}.
   */
  void merge(int from, int to, int r, PartialAttention state, long stateRow) {
    float[] accumulator = new float[stride];
    state.loadAccumulator(stateRow, accumulator, 0);
    if (inPairOrder) {
      PairOrder.split(accumulator, 0, stride);
    }
    float max = state.max(stateRow);
    float sum = state.sum(stateRow);
    for (int item = from; item < to; item++) {
      int index = r * items + item;
      if (maxima[index] != Float.NEGATIVE_INFINITY) {
        float newMax = Math.max(max, maxima[index]);
        float oldFactor = PartialAttention.factor(max, newMax);
        float newFactor = PartialAttention.factor(maxima[index], newMax);
        sum = sum * oldFactor + sums[index] * newFactor;
        add(accumulator, oldFactor, at(index), newFactor);
        max = newMax;
      }
    }
    if (inPairOrder) {
      PairOrder.join(accumulator, 0, stride);
    }
    state.set(stateRow, max, sum);
    state.storeAccumulator(stateRow, accumulator, 0);
  }

  private void add(float[] accumulator, float oldFactor, long at, float newFactor) {
    for (int d = 0; d < stride; d += LANES) {
      long from = at + (long) d * Float.BYTES;
      FloatVector added =
          FloatVector.fromMemorySegment(SPECIES, accumulators, from, NATIVE).mul(newFactor);
      FloatVector old = FloatVector.fromArray(SPECIES, accumulator, d);
      old.mul(oldFactor).add(added).intoArray(accumulator, d);
    }
  }
}
