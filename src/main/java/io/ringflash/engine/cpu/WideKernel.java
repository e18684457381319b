package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.MicroKernel.DEPTH;
import static io.ringflash.engine.cpu.MicroKernel.load;
import static io.ringflash.engine.cpu.MicroKernel.start;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel of CPUs with 32 vector registers, AVX-512's and NEON's: six rows times four
 * vectors fill 24 of them with sums.
 *
 * <p>The loops count with a long: with an int they take a quarter longer under collectors for which
 * HotSpot does not strip-mine loops, Serial and Parallel.
 */
final class WideKernel {
  static final int ROWS = 6;
  static final int VECTORS = 4;

  private static final int BYTES = LANES * Float.BYTES;

  private WideKernel() {}

  static void multiply(
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      int vectors,
      int depth,
      float[] c,
      int cAt,
      int cStride,
      boolean accumulate) {
    switch (vectors) {
      case 4 -> tile4(a, aAt, b, bAt, depth, c, cAt, cStride, accumulate);
      case 2 -> tile2(a, aAt, b, bAt, depth, c, cAt, cStride, accumulate);
      default -> tile1(a, aAt, b, bAt, depth, c, cAt, cStride, accumulate);
    }
  }

  // The tiles below are unrolled by hand: sums must be local variables to live in registers.
  private static void tile4(
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      int depth,
      float[] c,
      int cAt,
      int cStride,
      boolean accumulate) {
    FloatVector c00 = start(c, cAt, accumulate);
    FloatVector c01 = start(c, cAt + LANES, accumulate);
    FloatVector c02 = start(c, cAt + 2 * LANES, accumulate);
    FloatVector c03 = start(c, cAt + 3 * LANES, accumulate);
    FloatVector c10 = start(c, cAt + cStride, accumulate);
    FloatVector c11 = start(c, cAt + cStride + LANES, accumulate);
    FloatVector c12 = start(c, cAt + cStride + 2 * LANES, accumulate);
    FloatVector c13 = start(c, cAt + cStride + 3 * LANES, accumulate);
    FloatVector c20 = start(c, cAt + 2 * cStride, accumulate);
    FloatVector c21 = start(c, cAt + 2 * cStride + LANES, accumulate);
    FloatVector c22 = start(c, cAt + 2 * cStride + 2 * LANES, accumulate);
    FloatVector c23 = start(c, cAt + 2 * cStride + 3 * LANES, accumulate);
    FloatVector c30 = start(c, cAt + 3 * cStride, accumulate);
    FloatVector c31 = start(c, cAt + 3 * cStride + LANES, accumulate);
    FloatVector c32 = start(c, cAt + 3 * cStride + 2 * LANES, accumulate);
    FloatVector c33 = start(c, cAt + 3 * cStride + 3 * LANES, accumulate);
    FloatVector c40 = start(c, cAt + 4 * cStride, accumulate);
    FloatVector c41 = start(c, cAt + 4 * cStride + LANES, accumulate);
    FloatVector c42 = start(c, cAt + 4 * cStride + 2 * LANES, accumulate);
    FloatVector c43 = start(c, cAt + 4 * cStride + 3 * LANES, accumulate);
    FloatVector c50 = start(c, cAt + 5 * cStride, accumulate);
    FloatVector c51 = start(c, cAt + 5 * cStride + LANES, accumulate);
    FloatVector c52 = start(c, cAt + 5 * cStride + 2 * LANES, accumulate);
    FloatVector c53 = start(c, cAt + 5 * cStride + 3 * LANES, accumulate);
    for (long k = 0; k < depth; k++) {
      long row = bAt + k * (4 * BYTES);
      FloatVector b0 = load(b, row);
      FloatVector b1 = load(b, row + BYTES);
      FloatVector b2 = load(b, row + 2 * BYTES);
      FloatVector b3 = load(b, row + 3 * BYTES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + (int) k]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + DEPTH + (int) k]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2 * DEPTH + (int) k]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3 * DEPTH + (int) k]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + 4 * DEPTH + (int) k]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      c43 = a4.fma(b3, c43);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + 5 * DEPTH + (int) k]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      c53 = a5.fma(b3, c53);
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c02.intoArray(c, cAt + 2 * LANES);
    c03.intoArray(c, cAt + 3 * LANES);
    c10.intoArray(c, cAt + cStride);
    c11.intoArray(c, cAt + cStride + LANES);
    c12.intoArray(c, cAt + cStride + 2 * LANES);
    c13.intoArray(c, cAt + cStride + 3 * LANES);
    c20.intoArray(c, cAt + 2 * cStride);
    c21.intoArray(c, cAt + 2 * cStride + LANES);
    c22.intoArray(c, cAt + 2 * cStride + 2 * LANES);
    c23.intoArray(c, cAt + 2 * cStride + 3 * LANES);
    c30.intoArray(c, cAt + 3 * cStride);
    c31.intoArray(c, cAt + 3 * cStride + LANES);
    c32.intoArray(c, cAt + 3 * cStride + 2 * LANES);
    c33.intoArray(c, cAt + 3 * cStride + 3 * LANES);
    c40.intoArray(c, cAt + 4 * cStride);
    c41.intoArray(c, cAt + 4 * cStride + LANES);
    c42.intoArray(c, cAt + 4 * cStride + 2 * LANES);
    c43.intoArray(c, cAt + 4 * cStride + 3 * LANES);
    c50.intoArray(c, cAt + 5 * cStride);
    c51.intoArray(c, cAt + 5 * cStride + LANES);
    c52.intoArray(c, cAt + 5 * cStride + 2 * LANES);
    c53.intoArray(c, cAt + 5 * cStride + 3 * LANES);
  }

  private static void tile2(
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      int depth,
      float[] c,
      int cAt,
      int cStride,
      boolean accumulate) {
    FloatVector c00 = start(c, cAt, accumulate);
    FloatVector c01 = start(c, cAt + LANES, accumulate);
    FloatVector c10 = start(c, cAt + cStride, accumulate);
    FloatVector c11 = start(c, cAt + cStride + LANES, accumulate);
    FloatVector c20 = start(c, cAt + 2 * cStride, accumulate);
    FloatVector c21 = start(c, cAt + 2 * cStride + LANES, accumulate);
    FloatVector c30 = start(c, cAt + 3 * cStride, accumulate);
    FloatVector c31 = start(c, cAt + 3 * cStride + LANES, accumulate);
    FloatVector c40 = start(c, cAt + 4 * cStride, accumulate);
    FloatVector c41 = start(c, cAt + 4 * cStride + LANES, accumulate);
    FloatVector c50 = start(c, cAt + 5 * cStride, accumulate);
    FloatVector c51 = start(c, cAt + 5 * cStride + LANES, accumulate);
    for (long k = 0; k < depth; k++) {
      long row = bAt + k * (2 * BYTES);
      FloatVector b0 = load(b, row);
      FloatVector b1 = load(b, row + BYTES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + (int) k]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + DEPTH + (int) k]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2 * DEPTH + (int) k]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3 * DEPTH + (int) k]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + 4 * DEPTH + (int) k]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + 5 * DEPTH + (int) k]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cStride);
    c11.intoArray(c, cAt + cStride + LANES);
    c20.intoArray(c, cAt + 2 * cStride);
    c21.intoArray(c, cAt + 2 * cStride + LANES);
    c30.intoArray(c, cAt + 3 * cStride);
    c31.intoArray(c, cAt + 3 * cStride + LANES);
    c40.intoArray(c, cAt + 4 * cStride);
    c41.intoArray(c, cAt + 4 * cStride + LANES);
    c50.intoArray(c, cAt + 5 * cStride);
    c51.intoArray(c, cAt + 5 * cStride + LANES);
  }

  private static void tile1(
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      int depth,
      float[] c,
      int cAt,
      int cStride,
      boolean accumulate) {
    FloatVector c00 = start(c, cAt, accumulate);
    FloatVector c10 = start(c, cAt + cStride, accumulate);
    FloatVector c20 = start(c, cAt + 2 * cStride, accumulate);
    FloatVector c30 = start(c, cAt + 3 * cStride, accumulate);
    FloatVector c40 = start(c, cAt + 4 * cStride, accumulate);
    FloatVector c50 = start(c, cAt + 5 * cStride, accumulate);
    for (long k = 0; k < depth; k++) {
      long row = bAt + k * BYTES;
      FloatVector b0 = load(b, row);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + (int) k]);
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + DEPTH + (int) k]);
      c10 = a1.fma(b0, c10);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2 * DEPTH + (int) k]);
      c20 = a2.fma(b0, c20);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3 * DEPTH + (int) k]);
      c30 = a3.fma(b0, c30);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aAt + 4 * DEPTH + (int) k]);
      c40 = a4.fma(b0, c40);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aAt + 5 * DEPTH + (int) k]);
      c50 = a5.fma(b0, c50);
    }
    c00.intoArray(c, cAt);
    c10.intoArray(c, cAt + cStride);
    c20.intoArray(c, cAt + 2 * cStride);
    c30.intoArray(c, cAt + 3 * cStride);
    c40.intoArray(c, cAt + 4 * cStride);
    c50.intoArray(c, cAt + 5 * cStride);
  }
}
