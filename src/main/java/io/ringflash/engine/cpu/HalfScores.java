package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionShape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products of queries and finite FP16 keys where they lie, as {@link WideBrainScores} has them of
 * BF16 ones. Keys are widened but for a factor, which queries and scores get instead, one half of
 * its exponent each: HotSpot would not inline the loop's methods any more if there were one more.
 * So large queries do not overflow, and small products are no subnormal numbers, which take some
 * CPUs a hundred times as long.
 */
final class HalfScores extends HeadByHeadScores {
  /** Rows of queries that share a widened key. */
  private static final int QUERIES = 4;

  /** The square root of {@link LanePair#BIAS}. */
  private static final float HALF_BIAS = 0x1p56f;

  private final HalfRows keys;

  /** Rows of queries, scaled. */
  private final float[] queries =
      new float[PairKernel.ROWS * PairKernel.stride(AttentionShape.MAX_HEAD_DIM)];

  private final PairSums sums = new PairSums(PairKernel.ROWS);

  HalfScores(HalfRows keys) {
    super(keys);
    this.keys = keys;
  }

  @Override
  void scoreHead(float[] q, int from, int rows, float[] target, int to) {
    scale(q, from, queries, 0, rows * keys.stride());
    Arrays.fill(sums.lanes, 0, Math.ceilDiv(rows, QUERIES) * QUERIES * PairSums.ROW, 0);
    for (int d = 0; d < keys.stride(); d += PairKernel.SHORT) {
      keys.prefetchNextRows(PairKernel.SHORT * Short.BYTES);
      for (int row = 0; row < rows; row += QUERIES) {
        four(queries, row * keys.stride() + d, rows - row, d, row * PairSums.ROW);
      }
    }
    sums.sum(rows, keys.count(), target, to);
    for (int row = 0; row < rows; row++) {
      int scores = to + row * TileRows.KEYS;
      scale(target, scores, target, scores, keys.count());
    }
  }

  /**
   * Four vectors of each key, from element {@code d} on.
   *
   * @param first where the first row's begin in {@code q}
   * @param rows of queries that there are; the last one stands for those that are missing
   * @param to where the first row's products are in {@link #sums}
   */
  private void four(float[] q, int first, int rows, int d, int to) {
    MemorySegment data = keys.data();
    long step = keys.rowBytes();
    int end = to + keys.count() * LANES;
    float[] partial = sums.lanes;
    int stride = keys.stride();
    int second = first + Math.min(1, rows - 1) * stride;
    int third = first + Math.min(2, rows - 1) * stride;
    int fourth = first + Math.min(3, rows - 1) * stride;
    FloatVector a0 = vector(q, first, 0);
    FloatVector a1 = vector(q, first, 1);
    FloatVector a2 = vector(q, first, 2);
    FloatVector a3 = vector(q, first, 3);
    FloatVector b0 = vector(q, second, 0);
    FloatVector b1 = vector(q, second, 1);
    FloatVector b2 = vector(q, second, 2);
    FloatVector b3 = vector(q, second, 3);
    FloatVector c0 = vector(q, third, 0);
    FloatVector c1 = vector(q, third, 1);
    FloatVector c2 = vector(q, third, 2);
    FloatVector c3 = vector(q, third, 3);
    FloatVector e0 = vector(q, fourth, 0);
    FloatVector e1 = vector(q, fourth, 1);
    FloatVector e2 = vector(q, fourth, 2);
    FloatVector e3 = vector(q, fourth, 3);
    long key = keys.at(0, d);
    for (int at = to; at < end; at += LANES) {
      IntVector pairs = HalfRows.pairs(data, key);
      FloatVector k = LanePair.evenScaledHalves(pairs);
      FloatVector s = k.fma(a0, vector(partial, at, 0));
      FloatVector t = k.fma(b0, vector(partial, at + PairSums.ROW, 0));
      FloatVector u = k.fma(c0, vector(partial, at + 2 * PairSums.ROW, 0));
      FloatVector v = k.fma(e0, vector(partial, at + 3 * PairSums.ROW, 0));
      k = LanePair.oddScaledHalves(pairs);
      s = k.fma(a1, s);
      t = k.fma(b1, t);
      u = k.fma(c1, u);
      v = k.fma(e1, v);
      pairs = HalfRows.pairs(data, key + (long) LANES * Float.BYTES);
      k = LanePair.evenScaledHalves(pairs);
      s = k.fma(a2, s);
      t = k.fma(b2, t);
      u = k.fma(c2, u);
      v = k.fma(e2, v);
      k = LanePair.oddScaledHalves(pairs);
      s = k.fma(a3, s);
      t = k.fma(b3, t);
      u = k.fma(c3, u);
      v = k.fma(e3, v);
      s.intoArray(partial, at);
      t.intoArray(partial, at + PairSums.ROW);
      u.intoArray(partial, at + 2 * PairSums.ROW);
      v.intoArray(partial, at + 3 * PairSums.ROW);
      key += step;
    }
  }

  /** Multiplies {@code count} elements, and what is left of the last vector. */
  private static void scale(float[] source, int from, float[] target, int to, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(SPECIES, source, from + i).mul(HALF_BIAS).intoArray(target, to + i);
    }
  }

  private static FloatVector vector(float[] array, int at, int index) {
    return FloatVector.fromArray(SPECIES, array, at + index * LANES);
  }
}
