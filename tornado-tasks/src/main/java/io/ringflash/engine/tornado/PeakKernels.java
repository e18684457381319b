package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that do one thing as fast as the device can. */
final class PeakKernels {
  /** Of a thread, in one round; as many scalars, since private arrays are slow on some backends. */
  static final int CHAINS = 8;

  /** Where {@code sizes} holds the number of rounds, or of elements. */
  static final int COUNT = 0;

  /** Where {@code sizes} holds the number of threads of all groups. */
  static final int THREADS = 1;

  static final int SIZES = 2;

  private PeakKernels() {}

  /** Independent multiply-adds in registers. */
  static void multiplyAdd(KernelContext c, FloatArray sums, IntArray sizes) {
    int rounds = sizes.get(COUNT);
    float factor = 0.999f;
    float a0 = c.localIdx;
    float a1 = a0 + 1;
    float a2 = a0 + 2;
    float a3 = a0 + 3;
    float a4 = a0 + 4;
    float a5 = a0 + 5;
    float a6 = a0 + 6;
    float a7 = a0 + 7;
    for (int round = 0; round < rounds; round++) {
      a0 = a0 * factor + factor;
      a1 = a1 * factor + factor;
      a2 = a2 * factor + factor;
      a3 = a3 * factor + factor;
      a4 = a4 * factor + factor;
      a5 = a5 * factor + factor;
      a6 = a6 * factor + factor;
      a7 = a7 * factor + factor;
    }
    sums.set(c.globalIdx, a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7);
  }

  /** Copies elements, neighbouring threads neighbouring ones. */
  static void copy(KernelContext c, FloatArray from, FloatArray to, IntArray sizes) {
    int count = sizes.get(COUNT);
    int threads = sizes.get(THREADS);
    for (int i = c.globalIdx; i < count; i += threads) {
      to.set(i, from.get(i));
    }
  }
}
