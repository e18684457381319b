package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The steps of {@link TileRows#softmax} that touch scores, for a whole tile of them off-heap whose
 * weights are wanted in BF16: no pass over memory is spent on copies.
 */
final class BrainSoftmax {
  private BrainSoftmax() {}

  /** Finds each row's largest score; NaN is none. */
  static void findLargest(MemorySegment scores, float[] largest, int rows) {
    for (int r = 0; r < rows; r++) {
      FloatVector vector = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < KEYS; i += LANES) {
        vector = Simd.larger(vector, score(scores, r * KEYS + i));
      }
      largest[r] = Simd.max(vector);
    }
  }

  /**
   * Writes weights, and adds what they are before rounding to the rows' sums.
   *
   * @param maxima what the rows' weights are relative to
   * @param weights like scores, in BF16
   */
  static void weigh(
      MemorySegment scores, float[] maxima, float[] sums, MemorySegment weights, int rows) {
    for (int r = 0; r < rows; r++) {
      float reference = TileRows.reference(maxima[r]);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = 0; i < KEYS; i += LANES) {
        FloatVector weight = Simd.exp(score(scores, r * KEYS + i).sub(reference));
        Narrowing.put(weight, weights, (long) (r * KEYS + i) * Short.BYTES);
        sum = sum.add(weight);
      }
      sums[r] += Simd.sum(sum);
    }
  }

  private static FloatVector score(MemorySegment scores, int index) {
    return FloatVector.fromMemorySegment(SPECIES, scores, (long) index * Float.BYTES, NATIVE);
  }
}
