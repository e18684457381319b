package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of attention on K and V where they lie: two rows at a time meet some keys of
 * their head.
 *
 * <p>Memory is the limit, and a core reads ahead only as far as the instructions of the keys in
 * between fit into its reorder buffer: what counts are instructions per key. So queries or
 * accumulators of two rows stay in registers while keys pass, and lanes are summed for many keys at
 * once.
 */
final class PairKernel implements AutoCloseable {
  /** Most keys at a time. */
  static final int BATCH = 32;

  /** Most rows that share a head of K and V. */
  static final int ROWS = 8;

  /** Elements of a row that pass at a time: what registers hold of two rows. */
  private static final int LONG = 8 * LANES;

  /** The same for what is left of a row. */
  private static final int SHORT = 4 * LANES;

  /** Elements of {@link #sums} of one row. */
  private static final int SUMS = BATCH * LANES;

  // Fields of the object: static ones would be constants.
  private final Outlined<PairKernel> scoreLong = outlined("scoreLong");
  private final Outlined<PairKernel> scoreShort = outlined("scoreShort");
  private final Outlined<PairKernel> sumLanes = outlined("sumLanes");
  private final Outlined<PairKernel> valuesLong = outlined("valuesLong");
  private final Outlined<PairKernel> valuesShort = outlined("valuesShort");

  /** Products of queries and keys whose lanes are not summed yet, {@code [row][key][lane]}. */
  private final float[] sums = new float[ROWS * SUMS];

  /** FP32 rows of the keys, where these are not read in place. */
  private final MemorySegment copies;

  private final MemoryPool.Lease memory;

  // What the loops work on: a method that is called by a handle takes one number.

  /** The keys' rows, from byte {@link #at} on. */
  private MemorySegment data;

  private long at;
  private long rowBytes;
  private int stride;
  private int keys;

  /** Holds a row of queries or accumulators from element {@link #firstAt} on. */
  private float[] queries = sums;

  private int firstAt;
  private int secondAt;

  /** Holds the first row's scores or weights from element {@link #firstScore} on. */
  private float[] scores = sums;

  private int firstScore;
  private int secondScore;
  private int firstKey;
  private int endKey;

  PairKernel(MemoryPool.Lease memory) {
    this.memory = memory;
    this.copies =
        memory.allocate(
            (long) BATCH * stride(AttentionShape.MAX_HEAD_DIM) * Float.BYTES, Float.BYTES);
    this.data = copies;
  }

  @Override
  public void close() {
    memory.close();
  }

  private static Outlined<PairKernel> outlined(String name) {
    return new Outlined<>(MethodHandles.lookup(), PairKernel.class, name);
  }

  /** Elements from one row of queries or accumulators to the next. */
  static int stride(int headDim) {
    return Math.ceilDiv(headDim, SHORT) * SHORT;
  }

  /**
   * Takes the keys that the next calls are about, in place if their rows are FP32 and whole.
   *
   * @param count of keys, at most {@value #BATCH}
   */
  void take(HeadRows source, int count) {
    stride = stride(source.headDim());
    keys = count;
    if (source.dtype() == DType.FP32 && source.headDim() == stride) {
      data = source.data();
      at = source.at();
      rowBytes = source.rowBytes();
    } else {
      data = copies;
      at = 0;
      rowBytes = (long) stride * Float.BYTES;
      source.widen(count, copies, rowBytes);
    }
  }

  /**
   * Adds the products of queries and keys to scores, which are rows of {@link TileRows#KEYS}.
   *
   * @param q rows of queries, from element {@code from} on
   * @param rows of queries, at most {@value #ROWS}
   * @param target holds scores from element {@code to} on; those after the last key's, up to a
   *     whole vector, become anything
   */
  void score(float[] q, int from, int rows, float[] target, int to) {
    queries = q;
    scores = target;
    firstScore = to;
    long start = at;
    for (int d = 0; d < stride; d += step(d)) {
      at = start + (long) d * Float.BYTES;
      for (int row = 0; row < rows; row += 2) {
        firstAt = from + row * stride + d;
        secondAt = row + 1 < rows ? firstAt + stride : firstAt;
        (step(d) == LONG ? scoreLong : scoreShort).call(this, row);
      }
      sumLanes.call(this, rows);
    }
    at = start;
  }

  /**
   * Adds the values of keys {@code from} to {@code to} to the accumulators of two rows.
   *
   * @param target holds the accumulators from element {@code row} on
   * @param weights of rows of {@link TileRows#KEYS} keys, the first key's at {@code weight}
   */
  void addToTwo(int from, int to, float[] target, int row, float[] weights, int weight) {
    sumValues(from, to, weights, weight, weight + TileRows.KEYS);
    add(target, row, 2 * stride);
  }

  /** The same for one row. */
  void addToOne(int from, int to, float[] target, int row, float[] weights, int weight) {
    sumValues(from, to, weights, weight, weight);
    add(target, row, stride);
  }

  private void sumValues(int from, int to, float[] weights, int first, int second) {
    firstKey = from;
    endKey = to;
    scores = weights;
    firstScore = first;
    secondScore = second;
    for (int d = 0; d < stride; d += step(d)) {
      (step(d) == LONG ? valuesLong : valuesShort).call(this, d);
    }
  }

  private void add(float[] target, int to, int length) {
    for (int i = 0; i < length; i += LANES) {
      put(vector(target, to + i, 0).add(vector(sums, i, 0)), target, to + i, 0);
    }
  }

  /** Elements that pass together from {@code d} on. */
  private int step(int d) {
    return stride - d >= LONG ? LONG : SHORT;
  }

  /** The first eight vectors of each key and two rows; {@code row} is the first's. */
  private void scoreLong(int row) {
    MemorySegment rows = data;
    long step = rowBytes;
    int count = keys;
    float[] partial = sums;
    float[] q = queries;
    int a = firstAt;
    int b = secondAt;
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
    int to = row * SUMS;
    long key = at;
    for (int j = 0; j < count; j++) {
      FloatVector k = vector(rows, key, 0);
      FloatVector s = k.mul(a0);
      FloatVector t = k.mul(b0);
      k = vector(rows, key, 1);
      s = k.fma(a1, s);
      t = k.fma(b1, t);
      k = vector(rows, key, 2);
      s = k.fma(a2, s);
      t = k.fma(b2, t);
      k = vector(rows, key, 3);
      s = k.fma(a3, s);
      t = k.fma(b3, t);
      k = vector(rows, key, 4);
      s = k.fma(a4, s);
      t = k.fma(b4, t);
      k = vector(rows, key, 5);
      s = k.fma(a5, s);
      t = k.fma(b5, t);
      k = vector(rows, key, 6);
      s = k.fma(a6, s);
      t = k.fma(b6, t);
      k = vector(rows, key, 7);
      s = k.fma(a7, s);
      t = k.fma(b7, t);
      s.intoArray(partial, to);
      t.intoArray(partial, to + SUMS);
      to += LANES;
      key += step;
    }
  }

  /** The first four vectors of each key and two rows; {@code row} is the first's. */
  private void scoreShort(int row) {
    MemorySegment rows = data;
    long step = rowBytes;
    int count = keys;
    float[] partial = sums;
    float[] q = queries;
    int a = firstAt;
    int b = secondAt;
    FloatVector a0 = vector(q, a, 0);
    FloatVector a1 = vector(q, a, 1);
    FloatVector a2 = vector(q, a, 2);
    FloatVector a3 = vector(q, a, 3);
    FloatVector b0 = vector(q, b, 0);
    FloatVector b1 = vector(q, b, 1);
    FloatVector b2 = vector(q, b, 2);
    FloatVector b3 = vector(q, b, 3);
    int to = row * SUMS;
    long key = at;
    for (int j = 0; j < count; j++) {
      FloatVector k = vector(rows, key, 0);
      FloatVector s = k.mul(a0);
      FloatVector t = k.mul(b0);
      k = vector(rows, key, 1);
      s = k.fma(a1, s);
      t = k.fma(b1, t);
      k = vector(rows, key, 2);
      s = k.fma(a2, s);
      t = k.fma(b2, t);
      k = vector(rows, key, 3);
      s = k.fma(a3, s);
      t = k.fma(b3, t);
      s.intoArray(partial, to);
      t.intoArray(partial, to + SUMS);
      to += LANES;
      key += step;
    }
  }

  /** Sums the lanes of some rows of {@link #sums} and adds them to the scores. */
  private void sumLanes(int rows) {
    for (int row = 0; row < rows; row++) {
      int from = row * SUMS;
      int to = firstScore + row * TileRows.KEYS;
      for (int key = 0; key < keys; key += LANES) {
        FloatVector before = vector(scores, to + key, 0);
        put(before.add(LaneSums.of(sums, from + key * LANES)), scores, to + key, 0);
      }
    }
  }

  /** Eight vectors of the values' sums, from element {@code d} on. */
  private void valuesLong(int d) {
    MemorySegment rows = data;
    float[] weights = scores;
    int w = firstScore;
    int x = secondScore;
    long step = rowBytes;
    int end = endKey;
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector a4 = zero;
    FloatVector a5 = zero;
    FloatVector a6 = zero;
    FloatVector a7 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector b4 = zero;
    FloatVector b5 = zero;
    FloatVector b6 = zero;
    FloatVector b7 = zero;
    long key = at + firstKey * step + (long) d * Float.BYTES;
    for (int j = firstKey; j < end; j++) {
      FloatVector s = FloatVector.broadcast(SPECIES, weights[w + j]);
      FloatVector t = FloatVector.broadcast(SPECIES, weights[x + j]);
      FloatVector v = vector(rows, key, 0);
      a0 = v.fma(s, a0);
      b0 = v.fma(t, b0);
      v = vector(rows, key, 1);
      a1 = v.fma(s, a1);
      b1 = v.fma(t, b1);
      v = vector(rows, key, 2);
      a2 = v.fma(s, a2);
      b2 = v.fma(t, b2);
      v = vector(rows, key, 3);
      a3 = v.fma(s, a3);
      b3 = v.fma(t, b3);
      v = vector(rows, key, 4);
      a4 = v.fma(s, a4);
      b4 = v.fma(t, b4);
      v = vector(rows, key, 5);
      a5 = v.fma(s, a5);
      b5 = v.fma(t, b5);
      v = vector(rows, key, 6);
      a6 = v.fma(s, a6);
      b6 = v.fma(t, b6);
      v = vector(rows, key, 7);
      a7 = v.fma(s, a7);
      b7 = v.fma(t, b7);
      key += step;
    }
    int to = d;
    put(a0, sums, to, 0);
    put(a1, sums, to, 1);
    put(a2, sums, to, 2);
    put(a3, sums, to, 3);
    put(a4, sums, to, 4);
    put(a5, sums, to, 5);
    put(a6, sums, to, 6);
    put(a7, sums, to, 7);
    to += stride;
    put(b0, sums, to, 0);
    put(b1, sums, to, 1);
    put(b2, sums, to, 2);
    put(b3, sums, to, 3);
    put(b4, sums, to, 4);
    put(b5, sums, to, 5);
    put(b6, sums, to, 6);
    put(b7, sums, to, 7);
  }

  /** Four vectors of the values' sums, from element {@code d} on. */
  private void valuesShort(int d) {
    MemorySegment rows = data;
    float[] weights = scores;
    int w = firstScore;
    int x = secondScore;
    long step = rowBytes;
    int end = endKey;
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    long key = at + firstKey * step + (long) d * Float.BYTES;
    for (int j = firstKey; j < end; j++) {
      FloatVector s = FloatVector.broadcast(SPECIES, weights[w + j]);
      FloatVector t = FloatVector.broadcast(SPECIES, weights[x + j]);
      FloatVector v = vector(rows, key, 0);
      a0 = v.fma(s, a0);
      b0 = v.fma(t, b0);
      v = vector(rows, key, 1);
      a1 = v.fma(s, a1);
      b1 = v.fma(t, b1);
      v = vector(rows, key, 2);
      a2 = v.fma(s, a2);
      b2 = v.fma(t, b2);
      v = vector(rows, key, 3);
      a3 = v.fma(s, a3);
      b3 = v.fma(t, b3);
      key += step;
    }
    int to = d;
    put(a0, sums, to, 0);
    put(a1, sums, to, 1);
    put(a2, sums, to, 2);
    put(a3, sums, to, 3);
    to += stride;
    put(b0, sums, to, 0);
    put(b1, sums, to, 1);
    put(b2, sums, to, 2);
    put(b3, sums, to, 3);
  }

  private static FloatVector vector(float[] array, int at, int index) {
    return FloatVector.fromArray(SPECIES, array, at + index * LANES);
  }

  private static void put(FloatVector vector, float[] array, int at, int index) {
    vector.intoArray(array, at + index * LANES);
  }

  private static FloatVector vector(MemorySegment data, long at, int index) {
    return FloatVector.fromMemorySegment(
        SPECIES, data, at + (long) index * LANES * Float.BYTES, NATIVE);
  }
}
