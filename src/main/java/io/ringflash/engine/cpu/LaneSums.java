package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sums of the lanes of as many vectors as a vector has lanes, by a tree: fewer instructions
 * than as many calls of {@link Simd#sum} take, and the same order of additions.
 */
final class LaneSums {
  private static final int HALF = LANES / 2;
  private static final int QUARTER = LANES / 4;

  private static final VectorMask<Float> ODD_HALVES = odd(HALF);
  private static final VectorMask<Float> ODD_QUARTERS = odd(QUARTER);
  private static final VectorMask<Float> ODD_TWOS = odd(2);
  private static final VectorMask<Float> ODD_ONES = odd(1);
  private static final VectorShuffle<Float> SWAP_HALVES = swap(HALF);
  private static final VectorShuffle<Float> SWAP_QUARTERS = swap(QUARTER);
  private static final VectorShuffle<Float> SWAP_TWOS = swap(2);
  private static final VectorShuffle<Float> SWAP_ONES = swap(1);

  private LaneSums() {}

  /**
   * The sum of vector {@code i} in lane {@code i}.
   *
   * @param vectors in memory, from element {@code at} on; most of them are overwritten
   */
  static FloatVector of(float[] vectors, int at) {
    for (int i = at; i < at + QUARTER * LANES; i += LANES) {
      byQuarters(vectors, i).intoArray(vectors, i);
    }
    if (LANES == 16) {
      FloatVector even = pair(load(vectors, at, 0), load(vectors, at, 2), ODD_TWOS, SWAP_TWOS);
      FloatVector odd = pair(load(vectors, at, 1), load(vectors, at, 3), ODD_TWOS, SWAP_TWOS);
      return pair(even, odd, ODD_ONES, SWAP_ONES);
    }
    if (LANES == 8) {
      return pair(load(vectors, at, 0), load(vectors, at, 1), ODD_ONES, SWAP_ONES);
    }
    return load(vectors, at, 0);
  }

  /** Sums of four vectors, a quarter of their number apart; lanes of one quarter are summed. */
  private static FloatVector byQuarters(float[] vectors, int at) {
    FloatVector even = pair(load(vectors, at, 0), load(vectors, at, HALF), ODD_HALVES, SWAP_HALVES);
    FloatVector odd =
        pair(
            load(vectors, at, QUARTER), load(vectors, at, HALF + QUARTER), ODD_HALVES, SWAP_HALVES);
    return pair(even, odd, ODD_QUARTERS, SWAP_QUARTERS);
  }

  /** Sums of lanes that are swapped with one another: a's in even lanes, b's in odd ones. */
  private static FloatVector pair(
      FloatVector a, FloatVector b, VectorMask<Float> odd, VectorShuffle<Float> swap) {
    return a.blend(b, odd).add(b.blend(a, odd).rearrange(swap));
  }

  private static FloatVector load(float[] vectors, int at, int index) {
    return FloatVector.fromArray(SPECIES, vectors, at + index * LANES);
  }

  /** Every second group of {@code size} lanes. */
  private static VectorMask<Float> odd(int size) {
    boolean[] lanes = new boolean[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = (i & size) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  private static VectorShuffle<Float> swap(int size) {
    return VectorShuffle.fromOp(SPECIES, i -> i ^ size);
  }
}
