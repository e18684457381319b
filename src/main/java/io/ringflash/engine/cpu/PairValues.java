package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.PairKernel.LONG;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionShape;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Sums of weighted values that are read once, where they lie: those of two rows stay in registers
 * while keys pass, as in {@link PairScores}.
 *
 * <p>They start from zero and are added to the accumulators last. Loads of these would be too many
 * vector operations for one method, see {@link Outlined}.
 */
final class PairValues {
  // Fields of the object: static ones would be constants.
  private final Outlined<PairValues> valuesLong = outlined("valuesLong");
  private final Outlined<PairValues> valuesShort = outlined("valuesShort");

  private final FloatRows keys;

  /** Of two rows. */
  private final float[] sums = new float[2 * PairKernel.stride(AttentionShape.MAX_HEAD_DIM)];

  // What the loops work on: a method that is called by a handle takes one number.
  private int firstKey;
  private int endKey;
  private float[] weights = sums;

  /** Where two rows begin in {@link #weights}. */
  private int firstWeight;

  private int secondWeight;

  PairValues(FloatRows keys) {
    this.keys = keys;
  }

  private static Outlined<PairValues> outlined(String name) {
    return new Outlined<>(MethodHandles.lookup(), PairValues.class, name);
  }

  /**
   * Adds the values of keys {@code from} to {@code to} to the accumulators of two rows.
   *
   * @param target holds the accumulators from element {@code row} on
   * @param source weights of rows of {@link TileRows#KEYS} keys, the first key's at {@code weight}
   */
  void addToTwo(int from, int to, float[] target, int row, float[] source, int weight) {
    sumValues(from, to, source, weight, weight + TileRows.KEYS);
    add(target, row, 2 * keys.stride());
  }

  /** The same for one row. */
  void addToOne(int from, int to, float[] target, int row, float[] source, int weight) {
    sumValues(from, to, source, weight, weight);
    add(target, row, keys.stride());
  }

  private void sumValues(int from, int to, float[] source, int first, int second) {
    firstKey = from;
    endKey = to;
    weights = source;
    firstWeight = first;
    secondWeight = second;
    for (int d = 0; d < keys.stride(); d += PairKernel.step(keys.stride() - d)) {
      (PairKernel.step(keys.stride() - d) == LONG ? valuesLong : valuesShort).call(this, d);
    }
  }

  private void add(float[] target, int to, int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, sums, i);
      FloatVector.fromArray(SPECIES, target, to + i).add(sum).intoArray(target, to + i);
    }
  }

  /** Eight vectors of the values' sums, from element {@code d} on. */
  private void valuesLong(int d) {
    MemorySegment rows = keys.data();
    float[] w = weights;
    int first = firstWeight;
    int second = secondWeight;
    long step = keys.rowBytes();
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
    long key = keys.at(firstKey, d);
    for (int j = firstKey; j < end; j++) {
      FloatVector s = FloatVector.broadcast(SPECIES, w[first + j]);
      FloatVector t = FloatVector.broadcast(SPECIES, w[second + j]);
      FloatVector v = FloatRows.vector(rows, key, 0);
      a0 = v.fma(s, a0);
      b0 = v.fma(t, b0);
      v = FloatRows.vector(rows, key, 1);
      a1 = v.fma(s, a1);
      b1 = v.fma(t, b1);
      v = FloatRows.vector(rows, key, 2);
      a2 = v.fma(s, a2);
      b2 = v.fma(t, b2);
      v = FloatRows.vector(rows, key, 3);
      a3 = v.fma(s, a3);
      b3 = v.fma(t, b3);
      v = FloatRows.vector(rows, key, 4);
      a4 = v.fma(s, a4);
      b4 = v.fma(t, b4);
      v = FloatRows.vector(rows, key, 5);
      a5 = v.fma(s, a5);
      b5 = v.fma(t, b5);
      v = FloatRows.vector(rows, key, 6);
      a6 = v.fma(s, a6);
      b6 = v.fma(t, b6);
      v = FloatRows.vector(rows, key, 7);
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
    to += keys.stride();
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
    MemorySegment rows = keys.data();
    float[] w = weights;
    int first = firstWeight;
    int second = secondWeight;
    long step = keys.rowBytes();
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
    long key = keys.at(firstKey, d);
    for (int j = firstKey; j < end; j++) {
      FloatVector s = FloatVector.broadcast(SPECIES, w[first + j]);
      FloatVector t = FloatVector.broadcast(SPECIES, w[second + j]);
      FloatVector v = FloatRows.vector(rows, key, 0);
      a0 = v.fma(s, a0);
      b0 = v.fma(t, b0);
      v = FloatRows.vector(rows, key, 1);
      a1 = v.fma(s, a1);
      b1 = v.fma(t, b1);
      v = FloatRows.vector(rows, key, 2);
      a2 = v.fma(s, a2);
      b2 = v.fma(t, b2);
      v = FloatRows.vector(rows, key, 3);
      a3 = v.fma(s, a3);
      b3 = v.fma(t, b3);
      key += step;
    }
    int to = d;
    put(a0, sums, to, 0);
    put(a1, sums, to, 1);
    put(a2, sums, to, 2);
    put(a3, sums, to, 3);
    to += keys.stride();
    put(b0, sums, to, 0);
    put(b1, sums, to, 1);
    put(b2, sums, to, 2);
    put(b3, sums, to, 3);
  }

  private static void put(FloatVector vector, float[] array, int at, int index) {
    vector.intoArray(array, at + index * LANES);
  }
}
