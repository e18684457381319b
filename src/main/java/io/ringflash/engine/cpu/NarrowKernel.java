package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.MicroKernel.DEPTH;
import static io.ringflash.engine.cpu.MicroKernel.load;
import static io.ringflash.engine.cpu.MicroKernel.start;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel of CPUs with 16 vector registers, AVX2's: five rows times two vectors fill ten
 * of them with sums, which hide the latency of a multiply-add on two units.
 *
 * <p>Twelve sums would leave four registers for what they are made of. HotSpot loads further ahead
 * than that and keeps a sum in memory instead, which takes twice as long.
 *
 * <p>The loops count with A's index itself: with one that is added to it, a sum is in memory again.
 * The bounds of each vector of B are checked; that is what keeps HotSpot from loading ahead.
 */
final class NarrowKernel {
  static final int ROWS = 5;
  static final int VECTORS = 2;

  private static final int BYTES = LANES * Float.BYTES;

  private NarrowKernel() {}

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
      case 2 -> tile2(a, aAt, b, bAt, depth, c, cAt, cStride, accumulate);
      default -> tile1(a, aAt, b, bAt, depth, c, cAt, cStride, accumulate);
    }
  }

  /** The last column of A, if their number is odd, comes by itself. */
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
    int even = depth - depth % 2;
    evenTile2(a, aAt, b, bAt, even, c, cAt, cStride, accumulate);
    if (even < depth) {
      boolean more = accumulate || even > 0;
      long row = bAt + (long) even * (2 * BYTES);
      tile1(a, aAt + even, b, row, 1, c, cAt, cStride, more);
      tile1(a, aAt + even, b, row + BYTES, 1, c, cAt + LANES, cStride, more);
    }
  }

  // The tiles below are unrolled by hand: sums must be local variables to live in registers.

  /**
   * Two columns of A at a time, with fewer instructions than one by one. With four HotSpot would
   * not inline the loop's methods any more (NodeCountInliningCutoff).
   */
  private static void evenTile2(
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
    for (int at = aAt; at < aAt + depth; at += 2) {
      long row = bAt + (long) (at - aAt) * (2 * BYTES);
      FloatVector b0 = load(b, row);
      FloatVector b1 = load(b, row + BYTES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[at]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[at + DEPTH]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[at + 2 * DEPTH]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[at + 3 * DEPTH]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[at + 4 * DEPTH]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      b0 = load(b, row + 2 * BYTES);
      b1 = load(b, row + 3 * BYTES);
      a0 = FloatVector.broadcast(SPECIES, a[at + 1]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a1 = FloatVector.broadcast(SPECIES, a[at + DEPTH + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      a2 = FloatVector.broadcast(SPECIES, a[at + 2 * DEPTH + 1]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      a3 = FloatVector.broadcast(SPECIES, a[at + 3 * DEPTH + 1]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      a4 = FloatVector.broadcast(SPECIES, a[at + 4 * DEPTH + 1]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
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
    for (int at = aAt; at < aAt + depth; at++) {
      long row = bAt + (long) (at - aAt) * BYTES;
      FloatVector b0 = load(b, row);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[at]);
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[at + DEPTH]);
      c10 = a1.fma(b0, c10);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[at + 2 * DEPTH]);
      c20 = a2.fma(b0, c20);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[at + 3 * DEPTH]);
      c30 = a3.fma(b0, c30);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[at + 4 * DEPTH]);
      c40 = a4.fma(b0, c40);
    }
    c00.intoArray(c, cAt);
    c10.intoArray(c, cAt + cStride);
    c20.intoArray(c, cAt + 2 * cStride);
    c30.intoArray(c, cAt + 3 * cStride);
    c40.intoArray(c, cAt + 4 * cStride);
  }
}
