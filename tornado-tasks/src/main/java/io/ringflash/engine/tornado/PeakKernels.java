package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.api.types.vectors.Float16;

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

  /** The same with vectors. */
  static void multiplyAddVectors(KernelContext c, FloatArray sums, IntArray sizes) {
    VectorFloat16 results = new VectorFloat16(sums);
    int rounds = sizes.get(COUNT);
    Float16 factor = VectorMath.splat(0.999f);
    Float16 a0 = VectorMath.splat(c.groupIdx + 0f);
    Float16 a1 = VectorMath.splat(c.groupIdx + 1f);
    Float16 a2 = VectorMath.splat(c.groupIdx + 2f);
    Float16 a3 = VectorMath.splat(c.groupIdx + 3f);
    Float16 a4 = VectorMath.splat(c.groupIdx + 4f);
    Float16 a5 = VectorMath.splat(c.groupIdx + 5f);
    Float16 a6 = VectorMath.splat(c.groupIdx + 6f);
    Float16 a7 = VectorMath.splat(c.groupIdx + 7f);
    for (int round = 0; round < rounds; round++) {
      a0 = Float16.add(Float16.mult(a0, factor), factor);
      a1 = Float16.add(Float16.mult(a1, factor), factor);
      a2 = Float16.add(Float16.mult(a2, factor), factor);
      a3 = Float16.add(Float16.mult(a3, factor), factor);
      a4 = Float16.add(Float16.mult(a4, factor), factor);
      a5 = Float16.add(Float16.mult(a5, factor), factor);
      a6 = Float16.add(Float16.mult(a6, factor), factor);
      a7 = Float16.add(Float16.mult(a7, factor), factor);
    }
    Float16 sum = Float16.add(Float16.add(a0, a1), Float16.add(a2, a3));
    sum = Float16.add(sum, Float16.add(Float16.add(a4, a5), Float16.add(a6, a7)));
    results.set(c.groupIdx, sum);
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
