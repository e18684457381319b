package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of {@link #ROWS} rows of a small matrix A in the cache with a panel of a packed matrix B
 * off-heap, C kept in registers: the inner loops of both of attention's products.
 *
 * <p>The tiles' shapes follow from the number of vector registers. Every element of C is one chain
 * of fused multiply-adds in ascending k, whatever the tile: results do not depend on which rows or
 * columns are computed together.
 *
 * <p>All strides in the loops are constants: what is left beside the multiply-adds are loads, whose
 * bounds the compiler checks once and whose addresses cost no instruction. Address arithmetic would
 * compete with the multiply-adds for the same execution ports.
 */
final class MicroKernel {
  /** Whether there are 32 vector registers, and not 16. */
  static final boolean WIDE = wide();

  /** Rows of A and C; callers pad. */
  static final int ROWS = WIDE ? WideKernel.ROWS : NarrowKernel.ROWS;

  /** Widest panel, in vectors. */
  static final int VECTORS = WIDE ? WideKernel.VECTORS : NarrowKernel.VECTORS;

  /** Elements between A's rows, and the most columns of A. */
  static final int DEPTH = 128;

  private MicroKernel() {}

  /** Vectors in the next panel of a matrix with {@code rest} vectors a row left. */
  static int panelVectors(int rest) {
    return rest >= VECTORS ? VECTORS : Integer.highestOneBit(rest);
  }

  /**
   * C (+)= A · B.
   *
   * @param a row-major, {@value #DEPTH} elements a row, from {@code aAt}
   * @param b row-major FP32 panel without gaps, from byte {@code bAt}
   * @param vectors in a row of B: {@link #VECTORS}, 2 or 1
   * @param depth columns of A, rows of B, at most {@value #DEPTH}
   * @param c row-major, {@code cStride} elements a row, from {@code cAt}
   * @param accumulate whether C's old values are added to
   */
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
    if (WIDE) {
      WideKernel.multiply(a, aAt, b, bAt, vectors, depth, c, cAt, cStride, accumulate);
    } else {
      NarrowKernel.multiply(a, aAt, b, bAt, vectors, depth, c, cAt, cStride, accumulate);
    }
  }

  private static boolean wide() {
    boolean avx512 = SPECIES.vectorBitSize() == 512;
    boolean neon = System.getProperty("os.arch").equals("aarch64");
    return avx512 || neon;
  }

  static FloatVector load(MemorySegment b, long at) {
    return FloatVector.fromMemorySegment(SPECIES, b, at, NATIVE);
  }

  static FloatVector start(float[] c, int at, boolean accumulate) {
    return accumulate ? FloatVector.fromArray(SPECIES, c, at) : FloatVector.zero(SPECIES);
  }
}
