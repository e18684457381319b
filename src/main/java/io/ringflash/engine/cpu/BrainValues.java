package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static io.ringflash.engine.cpu.TileRows.KEYS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sums of weighted BF16 values where they lie: two vectors of the rows' accumulators stay in
 * registers while keys pass.
 */
final class BrainValues {
  private final HalfRows values;

  BrainValues(HalfRows values) {
    this.values = values;
  }

  /** See {@link PairLoops#addToFour}. */
  void addToFour(int from, int to, float[] target, int row, float[] weights, int weight) {
    for (int d = 0; d < values.stride(); d += PairOrder.GROUP) {
      values.prefetchNextHead(PairOrder.GROUP * Short.BYTES);
      four(from, to, target, row + d, weights, weight, d);
    }
  }

  /** See {@link PairLoops#addToOne}. */
  void addToOne(int from, int to, float[] target, int row, float[] weights, int weight) {
    for (int d = 0; d < values.stride(); d += PairOrder.GROUP) {
      values.prefetchNextHead(PairOrder.GROUP * Short.BYTES);
      one(from, to, target, row + d, weights, weight, d);
    }
  }

  private void four(int from, int to, float[] target, int row, float[] weights, int weight, int d) {
    MemorySegment data = values.data();
    long step = values.rowBytes();
    int second = row + values.stride();
    int third = second + values.stride();
    int fourth = third + values.stride();
    FloatVector a0 = vector(target, row);
    FloatVector a1 = vector(target, row + LANES);
    FloatVector b0 = vector(target, second);
    FloatVector b1 = vector(target, second + LANES);
    FloatVector c0 = vector(target, third);
    FloatVector c1 = vector(target, third + LANES);
    FloatVector e0 = vector(target, fourth);
    FloatVector e1 = vector(target, fourth + LANES);
    long value = values.at(from, d);
    for (int at = weight + from; at < weight + to; at++) {
      IntVector pairs = HalfRows.pairs(data, value);
      FloatVector even = LanePair.evenBrainFloats(pairs);
      FloatVector odd = LanePair.oddBrainFloats(pairs);
      FloatVector w = FloatVector.broadcast(SPECIES, weights[at]);
      a0 = even.fma(w, a0);
      a1 = odd.fma(w, a1);
      w = FloatVector.broadcast(SPECIES, weights[at + KEYS]);
      b0 = even.fma(w, b0);
      b1 = odd.fma(w, b1);
      w = FloatVector.broadcast(SPECIES, weights[at + 2 * KEYS]);
      c0 = even.fma(w, c0);
      c1 = odd.fma(w, c1);
      w = FloatVector.broadcast(SPECIES, weights[at + 3 * KEYS]);
      e0 = even.fma(w, e0);
      e1 = odd.fma(w, e1);
      value += step;
    }
    a0.intoArray(target, row);
    a1.intoArray(target, row + LANES);
    b0.intoArray(target, second);
    b1.intoArray(target, second + LANES);
    c0.intoArray(target, third);
    c1.intoArray(target, third + LANES);
    e0.intoArray(target, fourth);
    e1.intoArray(target, fourth + LANES);
  }

  private void one(int from, int to, float[] target, int row, float[] weights, int weight, int d) {
    MemorySegment data = values.data();
    long step = values.rowBytes();
    FloatVector a0 = vector(target, row);
    FloatVector a1 = vector(target, row + LANES);
    long value = values.at(from, d);
    for (int at = weight + from; at < weight + to; at++) {
      IntVector pairs = HalfRows.pairs(data, value);
      FloatVector w = FloatVector.broadcast(SPECIES, weights[at]);
      a0 = LanePair.evenBrainFloats(pairs).fma(w, a0);
      a1 = LanePair.oddBrainFloats(pairs).fma(w, a1);
      value += step;
    }
    a0.intoArray(target, row);
    a1.intoArray(target, row + LANES);
  }

  private static FloatVector vector(float[] array, int at) {
    return FloatVector.fromArray(SPECIES, array, at);
  }
}
