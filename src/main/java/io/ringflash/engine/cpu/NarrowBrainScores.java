package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products of queries and BF16 keys where they lie, for CPUs with 16 vector registers: too few for
 * queries that stay while keys pass: the sums of four rows of queries stay while a key's elements
 * pass, and queries come from the cache.
 *
 * <p>So nothing speaks for several keys of one head at a time, and a token's heads pass one after
 * the other, in the order of memory. Two tokens often share a page, and the unit that reads ahead
 * follows one stream a page.
 */
final class NarrowBrainScores implements KeyScores {
  /** Rows of queries that share a widened key. */
  private static final int QUERIES = 4;

  private final HalfRows keys;
  private final PairSums sums = new PairSums(TileRows.ROWS);

  NarrowBrainScores(HalfRows keys) {
    this.keys = keys;
  }

  @Override
  public void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to) {
    int stride = keys.stride() / heads;
    int share = Math.ceilDiv(keys.stride() * Short.BYTES, keys.count());
    for (int key = 0; key < keys.count(); key++) {
      keys.prefetchNextRows(share);
      for (int head = 0; head < heads; head++) {
        int row = head * rowsPerHead;
        long at = keys.at(key, head * stride);
        score(q, from + row * stride, rowsPerHead, stride, at, row * PairSums.ROW + key * LANES);
      }
    }
    sums.sum(heads * rowsPerHead, keys.count(), target, to);
  }

  /**
   * Products of one head's rows of queries and one key.
   *
   * @param key where it begins
   * @param to where the first row's product goes in {@link #sums}
   */
  private void score(float[] q, int from, int rows, int stride, long key, int to) {
    for (int row = 0; row < rows; row += QUERIES) {
      four(q, from + row * stride, rows - row, stride, key, to + row * PairSums.ROW);
    }
  }

  /**
   * The same for four rows of queries.
   *
   * @param a where the first row begins in {@code q}
   * @param rows of queries that there are; the last one stands for those that are missing
   */
  private void four(float[] q, int a, int rows, int stride, long key, int to) {
    MemorySegment data = keys.data();
    int second = Math.min(1, rows - 1);
    int third = Math.min(2, rows - 1);
    int fourth = Math.min(3, rows - 1);
    int b = a + second * stride;
    int c = a + third * stride;
    int e = a + fourth * stride;
    FloatVector s = FloatVector.zero(SPECIES);
    FloatVector t = s;
    FloatVector u = s;
    FloatVector v = s;
    for (int d = 0; d < stride; d += PairOrder.GROUP) {
      IntVector pairs = HalfRows.pairs(data, key + (long) d * Short.BYTES);
      FloatVector k = LanePair.evenBrainFloats(pairs);
      s = k.fma(vector(q, a + d), s);
      t = k.fma(vector(q, b + d), t);
      u = k.fma(vector(q, c + d), u);
      v = k.fma(vector(q, e + d), v);
      k = LanePair.oddBrainFloats(pairs);
      s = k.fma(vector(q, a + d + LANES), s);
      t = k.fma(vector(q, b + d + LANES), t);
      u = k.fma(vector(q, c + d + LANES), u);
      v = k.fma(vector(q, e + d + LANES), v);
    }
    float[] lanes = sums.lanes;
    s.intoArray(lanes, to);
    t.intoArray(lanes, to + second * PairSums.ROW);
    u.intoArray(lanes, to + third * PairSums.ROW);
    v.intoArray(lanes, to + fourth * PairSums.ROW);
  }

  private static FloatVector vector(float[] array, int at) {
    return FloatVector.fromArray(SPECIES, array, at);
  }
}
