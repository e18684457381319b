package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.api.types.vectors.Float16;

/**
 * The inner loop of both products of attention: sixteen vectors of sums stay in registers, and one
 * step adds to them the products of two vectors with eight numbers. TornadoVM has no arrays of
 * vectors, so that each sum is a variable.
 */
final class VectorProduct {
  /** Numbers of the right factor in a step: rows of the result. */
  static final int ROWS = 8;

  /** Vectors of the left factor in a step: those of a row of the result. */
  static final int VECTORS = 2;

  private VectorProduct() {}

  /**
   * {@code result[row][vector] = Σ right[step][row] · left[step][vector]}.
   *
   * @param from the first vector of the left factor
   * @param stride vectors from one step to the next
   * @param rightFrom the first number of the right factor
   * @param rightStride numbers from one step to the next
   * @param to the first vector of the result
   * @param toStride vectors from one row to the next
   * @param add 1 to add to what is there, 0 to replace it; a constant
   */
  static void block(
      FloatArray left,
      int from,
      int stride,
      FloatArray right,
      int rightFrom,
      int rightStride,
      int steps,
      FloatArray result,
      int to,
      int toStride,
      int add) {
    VectorFloat16 vectors = new VectorFloat16(left);
    VectorFloat16 results = new VectorFloat16(result);
    Float16 s00 = VectorMath.splat(0f);
    Float16 s01 = VectorMath.splat(0f);
    Float16 s10 = VectorMath.splat(0f);
    Float16 s11 = VectorMath.splat(0f);
    Float16 s20 = VectorMath.splat(0f);
    Float16 s21 = VectorMath.splat(0f);
    Float16 s30 = VectorMath.splat(0f);
    Float16 s31 = VectorMath.splat(0f);
    Float16 s40 = VectorMath.splat(0f);
    Float16 s41 = VectorMath.splat(0f);
    Float16 s50 = VectorMath.splat(0f);
    Float16 s51 = VectorMath.splat(0f);
    Float16 s60 = VectorMath.splat(0f);
    Float16 s61 = VectorMath.splat(0f);
    Float16 s70 = VectorMath.splat(0f);
    Float16 s71 = VectorMath.splat(0f);
    if (add != 0) {
      s00 = results.get(to + 0 * toStride + 0);
      s01 = results.get(to + 0 * toStride + 1);
      s10 = results.get(to + 1 * toStride + 0);
      s11 = results.get(to + 1 * toStride + 1);
      s20 = results.get(to + 2 * toStride + 0);
      s21 = results.get(to + 2 * toStride + 1);
      s30 = results.get(to + 3 * toStride + 0);
      s31 = results.get(to + 3 * toStride + 1);
      s40 = results.get(to + 4 * toStride + 0);
      s41 = results.get(to + 4 * toStride + 1);
      s50 = results.get(to + 5 * toStride + 0);
      s51 = results.get(to + 5 * toStride + 1);
      s60 = results.get(to + 6 * toStride + 0);
      s61 = results.get(to + 6 * toStride + 1);
      s70 = results.get(to + 7 * toStride + 0);
      s71 = results.get(to + 7 * toStride + 1);
    }
    for (int step = 0; step < steps; step++) {
      Float16 x0 = vectors.get(from + step * stride);
      Float16 x1 = vectors.get(from + step * stride + 1);
      int y = rightFrom + step * rightStride;
      Float16 y0 = VectorMath.splat(right.get(y + 0));
      s00 = Float16.add(s00, Float16.mult(x0, y0));
      s01 = Float16.add(s01, Float16.mult(x1, y0));
      Float16 y1 = VectorMath.splat(right.get(y + 1));
      s10 = Float16.add(s10, Float16.mult(x0, y1));
      s11 = Float16.add(s11, Float16.mult(x1, y1));
      Float16 y2 = VectorMath.splat(right.get(y + 2));
      s20 = Float16.add(s20, Float16.mult(x0, y2));
      s21 = Float16.add(s21, Float16.mult(x1, y2));
      Float16 y3 = VectorMath.splat(right.get(y + 3));
      s30 = Float16.add(s30, Float16.mult(x0, y3));
      s31 = Float16.add(s31, Float16.mult(x1, y3));
      Float16 y4 = VectorMath.splat(right.get(y + 4));
      s40 = Float16.add(s40, Float16.mult(x0, y4));
      s41 = Float16.add(s41, Float16.mult(x1, y4));
      Float16 y5 = VectorMath.splat(right.get(y + 5));
      s50 = Float16.add(s50, Float16.mult(x0, y5));
      s51 = Float16.add(s51, Float16.mult(x1, y5));
      Float16 y6 = VectorMath.splat(right.get(y + 6));
      s60 = Float16.add(s60, Float16.mult(x0, y6));
      s61 = Float16.add(s61, Float16.mult(x1, y6));
      Float16 y7 = VectorMath.splat(right.get(y + 7));
      s70 = Float16.add(s70, Float16.mult(x0, y7));
      s71 = Float16.add(s71, Float16.mult(x1, y7));
    }
    results.set(to + 0 * toStride + 0, s00);
    results.set(to + 0 * toStride + 1, s01);
    results.set(to + 1 * toStride + 0, s10);
    results.set(to + 1 * toStride + 1, s11);
    results.set(to + 2 * toStride + 0, s20);
    results.set(to + 2 * toStride + 1, s21);
    results.set(to + 3 * toStride + 0, s30);
    results.set(to + 3 * toStride + 1, s31);
    results.set(to + 4 * toStride + 0, s40);
    results.set(to + 4 * toStride + 1, s41);
    results.set(to + 5 * toStride + 0, s50);
    results.set(to + 5 * toStride + 1, s51);
    results.set(to + 6 * toStride + 0, s60);
    results.set(to + 6 * toStride + 1, s61);
    results.set(to + 7 * toStride + 0, s70);
    results.set(to + 7 * toStride + 1, s71);
  }
}
