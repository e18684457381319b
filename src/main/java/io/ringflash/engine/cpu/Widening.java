package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** 16-bit elements as FP32, exactly. */
final class Widening {
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  /** As many 16-bit elements as there are lanes. */
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  private static final int HIGH_HALF = 16;

  private Widening() {}

  /** Widens {@code count} FP16 elements; HotSpot makes vectors of this loop. */
  static void halves(MemorySegment source, long from, float[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] = Float.float16ToFloat(element(source, from, i));
    }
  }

  /** Widens {@code count} BF16 elements. */
  static void brainFloats(MemorySegment source, long from, float[] target, int to, int count) {
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += LANES) {
      ofBrainFloats(source, from + (long) i * Short.BYTES).intoArray(target, to + i);
    }
    for (int i = whole; i < count; i++) {
      target[to + i] = Float.intBitsToFloat(element(source, from, i) << HIGH_HALF);
    }
  }

  private static short element(MemorySegment source, long from, int index) {
    return source.get(JAVA_SHORT_UNALIGNED, from + (long) index * Short.BYTES);
  }

  private static FloatVector ofBrainFloats(MemorySegment source, long at) {
    ShortVector elements = ShortVector.fromMemorySegment(SHORTS, source, at, NATIVE);
    IntVector bits = (IntVector) elements.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, HIGH_HALF).reinterpretAsFloats();
  }
}
