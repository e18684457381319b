package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.PairKernel.SHORT;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Sums of weighted values that are read once, where they lie: a piece of four rows' accumulators
 * stays in registers while keys pass.
 */
final class QuadValues {
  /** Rows that share a value in a register. */
  static final int ROWS = 4;

  /** Elements of four rows' accumulators that registers hold: eight vectors, whatever the CPU. */
  private static final int PIECE = 2 * LANES;

  private final FloatRows keys;

  QuadValues(FloatRows keys) {
    this.keys = keys;
  }

  /** See {@link PairLoops#addToFour}. */
  void addToFour(int from, int to, float[] target, int row, float[] weights, int weight) {
    for (int d = 0; d < keys.stride(); d += PIECE) {
      keys.prefetchNextHead(PIECE * Float.BYTES);
      four(from, to, target, row + d, weights, weight, d);
    }
  }

  /** See {@link PairLoops#addToOne}. */
  void addToOne(int from, int to, float[] target, int row, float[] weights, int weight) {
    for (int d = 0; d < keys.stride(); d += SHORT) {
      keys.prefetchNextHead(SHORT * Float.BYTES);
      one(from, to, target, row + d, weights, weight, d);
    }
  }

  /** Two vectors of four rows, from element {@code d} of the values on. */
  private void four(int from, int to, float[] target, int row, float[] weights, int weight, int d) {
    MemorySegment rows = keys.data();
    long step = keys.rowBytes();
    int stride = keys.stride();
    FloatVector a0 = vector(target, row, 0);
    FloatVector a1 = vector(target, row, 1);
    FloatVector b0 = vector(target, row + stride, 0);
    FloatVector b1 = vector(target, row + stride, 1);
    FloatVector c0 = vector(target, row + 2 * stride, 0);
    FloatVector c1 = vector(target, row + 2 * stride, 1);
    FloatVector e0 = vector(target, row + 3 * stride, 0);
    FloatVector e1 = vector(target, row + 3 * stride, 1);
    long value = keys.at(from, d);
    for (int at = weight + from; at < weight + to; at++) {
      FloatVector v0 = FloatRows.vector(rows, value, 0);
      FloatVector v1 = FloatRows.vector(rows, value, 1);
      FloatVector w0 = FloatVector.broadcast(SPECIES, weights[at]);
      a0 = v0.fma(w0, a0);
      a1 = v1.fma(w0, a1);
      FloatVector w1 = FloatVector.broadcast(SPECIES, weights[at + KEYS]);
      b0 = v0.fma(w1, b0);
      b1 = v1.fma(w1, b1);
      FloatVector w2 = FloatVector.broadcast(SPECIES, weights[at + 2 * KEYS]);
      c0 = v0.fma(w2, c0);
      c1 = v1.fma(w2, c1);
      FloatVector w3 = FloatVector.broadcast(SPECIES, weights[at + 3 * KEYS]);
      e0 = v0.fma(w3, e0);
      e1 = v1.fma(w3, e1);
      value += step;
    }
    put(a0, target, row, 0);
    put(a1, target, row, 1);
    put(b0, target, row + stride, 0);
    put(b1, target, row + stride, 1);
    put(c0, target, row + 2 * stride, 0);
    put(c1, target, row + 2 * stride, 1);
    put(e0, target, row + 3 * stride, 0);
    put(e1, target, row + 3 * stride, 1);
  }

  /** Four vectors of one row. */
  private void one(int from, int to, float[] target, int row, float[] weights, int weight, int d) {
    MemorySegment rows = keys.data();
    long step = keys.rowBytes();
    FloatVector a0 = vector(target, row, 0);
    FloatVector a1 = vector(target, row, 1);
    FloatVector a2 = vector(target, row, 2);
    FloatVector a3 = vector(target, row, 3);
    long value = keys.at(from, d);
    for (int at = weight + from; at < weight + to; at++) {
      FloatVector v0 = FloatRows.vector(rows, value, 0);
      FloatVector v1 = FloatRows.vector(rows, value, 1);
      FloatVector v2 = FloatRows.vector(rows, value, 2);
      FloatVector v3 = FloatRows.vector(rows, value, 3);
      FloatVector w0 = FloatVector.broadcast(SPECIES, weights[at]);
      a0 = v0.fma(w0, a0);
      a1 = v1.fma(w0, a1);
      a2 = v2.fma(w0, a2);
      a3 = v3.fma(w0, a3);
      value += step;
    }
    put(a0, target, row, 0);
    put(a1, target, row, 1);
    put(a2, target, row, 2);
    put(a3, target, row, 3);
  }

  private static FloatVector vector(float[] array, int at, int index) {
    return FloatVector.fromArray(SPECIES, array, at + index * LANES);
  }

  private static void put(FloatVector vector, float[] array, int at, int index) {
    vector.intoArray(array, at + index * LANES);
  }
}
