package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.PartialAttention;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The state of some rows while stretches of keys are merged into it, of one batch entry at a time.
 */
final class MergedRows {
  private final RowTile rows;
  private final PartialAttention state;
  private final int stride;
  private final boolean inPairOrder;

  private final float[] maxima;
  private final float[] sums;

  /** {@code [row][stride]}. */
  private final float[] accumulators;

  /** Batch entry whose state this holds, −1 for none. */
  private int batch = -1;

  /**
   * @param state is changed by {@link #store} only
   * @param stride elements of a row's accumulator, of whole vectors
   * @param inPairOrder whether results are in {@link PairOrder}
   */
  MergedRows(RowTile rows, PartialAttention state, int stride, boolean inPairOrder) {
    this.rows = rows;
    this.state = state;
    this.stride = stride;
    this.inPairOrder = inPairOrder;
    this.maxima = new float[rows.rows()];
    this.sums = new float[rows.rows()];
    this.accumulators = new float[rows.rows() * stride];
  }

  /** Merges the result of the next stretch; those of one batch entry are neighbours. */
  void add(StretchResult result) {
    if (result.batch() != batch) {
      store();
      load(result.batch());
    }
    for (int r = 0; r < rows.rows(); r++) {
      if (!result.isEmpty(r)) {
        add(result, r);
      }
    }
  }

  private void add(StretchResult result, int r) {
    float max = Math.max(maxima[r], result.max(r));
    float oldFactor = PartialAttention.factor(maxima[r], max);
    float newFactor = PartialAttention.factor(result.max(r), max);
    maxima[r] = max;
    sums[r] = sums[r] * oldFactor + result.sum(r) * newFactor;
    add(result.accumulators(), r * stride, oldFactor, newFactor);
  }

  private void add(MemorySegment more, int from, float oldFactor, float newFactor) {
    for (int d = from; d < from + stride; d += LANES) {
      FloatVector added =
          FloatVector.fromMemorySegment(SPECIES, more, (long) d * Float.BYTES, NATIVE)
              .mul(newFactor);
      FloatVector old = FloatVector.fromArray(SPECIES, accumulators, d);
      old.mul(oldFactor).add(added).intoArray(accumulators, d);
    }
  }

  private void load(int entry) {
    batch = entry;
    rows.load(state, batch, 0, maxima, sums, accumulators, stride);
    if (inPairOrder) {
      PairOrder.split(accumulators, 0, accumulators.length);
    }
  }

  /** Gives the rows back to the state. */
  void store() {
    if (batch < 0) {
      return;
    }
    if (inPairOrder) {
      PairOrder.join(accumulators, 0, accumulators.length);
    }
    rows.store(state, batch, 0, maxima, sums, accumulators, stride);
    batch = -1;
  }
}
