package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.PairKernel.LONG;
import static io.ringflash.engine.cpu.PairKernel.SHORT;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of queries and keys that are read once, where they lie.
 *
 * <p>Memory is the limit, and a core reads ahead only as far as the instructions of the keys in
 * between fit into its reorder buffer: what counts are instructions per key. So two rows of queries
 * stay in registers while keys pass, and lanes are summed for many keys at once.
 */
final class PairScores extends HeadByHeadScores {
  private static final int SUMS = PairSums.ROW;

  private final FloatRows keys;

  private final boolean wide;

  private final PairSums sums = new PairSums(PairKernel.ROWS);

  /**
   * @param wide whether there are 32 vector registers, and not 16
   */
  PairScores(FloatRows keys, boolean wide) {
    super(keys);
    this.keys = keys;
    this.wide = wide;
  }

  @Override
  void scoreHead(float[] q, int from, int rows, float[] target, int to) {
    int stride = keys.stride();
    int share = Math.ceilDiv(stride * Float.BYTES, 2 * Math.ceilDiv(rows, 2));
    int step;
    for (int d = 0; d < stride; d += step) {
      step = wide && stride - d >= LONG ? LONG : SHORT;
      for (int row = 0; row < rows; row += 2) {
        keys.prefetchNextHead(share);
        int first = from + row * stride + d;
        int second = row + 1 < rows ? first + stride : first;
        if (step == LONG) {
          scoreLong(q, first, second, d, row * SUMS, d > 0);
        } else {
          scoreShort(q, first, second, d, row * SUMS, d > 0);
        }
      }
    }
    for (int row = 0; row < rows; row++) {
      if (row % 2 == 0) {
        keys.prefetchNextHead(share);
      }
      sums.sumRow(row, keys.count(), target, to + row * TileRows.KEYS);
    }
  }

  /**
   * Eight vectors of each key, from element {@code d} on, and two rows of queries.
   *
   * @param a where the first row's begin in {@code q}
   * @param b where the second row's begin
   * @param to where the first row's products go in {@link #sums}
   * @param more whether to add to what is there
   */
  private void scoreLong(float[] q, int a, int b, int d, int to, boolean more) {
    MemorySegment rows = keys.data();
    long step = keys.rowBytes();
    int end = to + keys.count() * LANES;
    float[] partial = sums.lanes;
    FloatVector a0 = vector(q, a, 0);
    FloatVector a1 = vector(q, a, 1);
    FloatVector a2 = vector(q, a, 2);
    FloatVector a3 = vector(q, a, 3);
    FloatVector a4 = vector(q, a, 4);
    FloatVector a5 = vector(q, a, 5);
    FloatVector a6 = vector(q, a, 6);
    FloatVector a7 = vector(q, a, 7);
    FloatVector b0 = vector(q, b, 0);
    FloatVector b1 = vector(q, b, 1);
    FloatVector b2 = vector(q, b, 2);
    FloatVector b3 = vector(q, b, 3);
    FloatVector b4 = vector(q, b, 4);
    FloatVector b5 = vector(q, b, 5);
    FloatVector b6 = vector(q, b, 6);
    FloatVector b7 = vector(q, b, 7);
    long key = keys.at(0, d);
    for (int at = to; at < end; at += LANES) {
      FloatVector k = FloatRows.vector(rows, key, 0);
      FloatVector s = first(k, a0, partial, at, more);
      FloatVector t = first(k, b0, partial, at + SUMS, more);
      k = FloatRows.vector(rows, key, 1);
      s = k.fma(a1, s);
      t = k.fma(b1, t);
      k = FloatRows.vector(rows, key, 2);
      s = k.fma(a2, s);
      t = k.fma(b2, t);
      k = FloatRows.vector(rows, key, 3);
      s = k.fma(a3, s);
      t = k.fma(b3, t);
      k = FloatRows.vector(rows, key, 4);
      s = k.fma(a4, s);
      t = k.fma(b4, t);
      k = FloatRows.vector(rows, key, 5);
      s = k.fma(a5, s);
      t = k.fma(b5, t);
      k = FloatRows.vector(rows, key, 6);
      s = k.fma(a6, s);
      t = k.fma(b6, t);
      k = FloatRows.vector(rows, key, 7);
      s = k.fma(a7, s);
      t = k.fma(b7, t);
      s.intoArray(partial, at);
      t.intoArray(partial, at + SUMS);
      key += step;
    }
  }

  /** Four vectors of each key. */
  private void scoreShort(float[] q, int a, int b, int d, int to, boolean more) {
    MemorySegment rows = keys.data();
    long step = keys.rowBytes();
    int end = to + keys.count() * LANES;
    float[] partial = sums.lanes;
    FloatVector a0 = vector(q, a, 0);
    FloatVector a1 = vector(q, a, 1);
    FloatVector a2 = vector(q, a, 2);
    FloatVector a3 = vector(q, a, 3);
    FloatVector b0 = vector(q, b, 0);
    FloatVector b1 = vector(q, b, 1);
    FloatVector b2 = vector(q, b, 2);
    FloatVector b3 = vector(q, b, 3);
    long key = keys.at(0, d);
    for (int at = to; at < end; at += LANES) {
      FloatVector k = FloatRows.vector(rows, key, 0);
      FloatVector s = first(k, a0, partial, at, more);
      FloatVector t = first(k, b0, partial, at + SUMS, more);
      k = FloatRows.vector(rows, key, 1);
      s = k.fma(a1, s);
      t = k.fma(b1, t);
      k = FloatRows.vector(rows, key, 2);
      s = k.fma(a2, s);
      t = k.fma(b2, t);
      k = FloatRows.vector(rows, key, 3);
      s = k.fma(a3, s);
      t = k.fma(b3, t);
      s.intoArray(partial, at);
      t.intoArray(partial, at + SUMS);
      key += step;
    }
  }

  /** A key's first product in a piece, added to those of the pieces before. */
  private static FloatVector first(
      FloatVector key, FloatVector query, float[] partial, int at, boolean more) {
    return more ? key.fma(query, vector(partial, at, 0)) : key.mul(query);
  }

  private static FloatVector vector(float[] array, int at, int index) {
    return FloatVector.fromArray(SPECIES, array, at + index * LANES);
  }
}
