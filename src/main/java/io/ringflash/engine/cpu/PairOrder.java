package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;

import io.ringflash.tensor.DType;

/**
 * The order of elements that vectors of {@link HalfRows} have: of each two vectors' elements, those
 * of even index come first.
 */
final class PairOrder {
  /** Elements that change places with one another. */
  static final int GROUP = 2 * LANES;

  private PairOrder() {}

  /** Whether rows of this storage type are widened into this order. */
  static boolean isOf(DType dtype) {
    return dtype != DType.FP32;
  }

  /** Brings {@code length} elements, whole groups, into this order. */
  static void split(float[] elements, int from, int length) {
    float[] group = new float[GROUP];
    for (int at = from; at < from + length; at += GROUP) {
      System.arraycopy(elements, at, group, 0, GROUP);
      for (int lane = 0; lane < LANES; lane++) {
        elements[at + lane] = group[2 * lane];
        elements[at + LANES + lane] = group[2 * lane + 1];
      }
    }
  }

  /** Brings elements back from this order. */
  static void join(float[] elements, int from, int length) {
    float[] group = new float[GROUP];
    for (int at = from; at < from + length; at += GROUP) {
      System.arraycopy(elements, at, group, 0, GROUP);
      for (int lane = 0; lane < LANES; lane++) {
        elements[at + 2 * lane] = group[lane];
        elements[at + 2 * lane + 1] = group[LANES + lane];
      }
    }
  }
}
