package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** FP32 elements as 16-bit ones. */
final class Narrowing {
  private static final int HIGH_HALF = 16;

  /** Half of a BF16 element's last place. */
  private static final int HALF = 0x8000;

  private Narrowing() {}

  /**
   * Rounds elements that are not NaN to the nearest BF16, halves away from zero.
   *
   * @param count a multiple of the number of lanes
   */
  static void brainFloats(float[] source, int from, MemorySegment target, long to, int count) {
    for (int i = 0; i < count; i += LANES) {
      put(FloatVector.fromArray(SPECIES, source, from + i), target, to + (long) i * Short.BYTES);
    }
  }

  /** The same for one vector. */
  static void put(FloatVector elements, MemorySegment target, long to) {
    IntVector rounded =
        elements.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, HIGH_HALF);
    ShortVector narrowed =
        (ShortVector) rounded.convertShape(VectorOperators.I2S, Widening.SHORTS, 0);
    narrowed.intoMemorySegment(target, to, NATIVE);
  }
}
