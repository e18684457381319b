package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

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
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  private static final int HIGH_HALF = 16;

  private Widening() {}

  /** Widens {@code count} FP16 elements; HotSpot makes vectors of this loop. */
  static void halves(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] = Float.float16ToFloat(source[i]);
    }
  }

  /** Widens {@code count} BF16 elements, of whole vectors, to the beginning of {@code target}. */
  static void brainFloats(short[] source, MemorySegment target, int count) {
    for (int i = 0; i < count; i += LANES) {
      ofBrainFloats(ShortVector.fromArray(SHORTS, source, i))
          .intoMemorySegment(target, (long) i * Float.BYTES, NATIVE);
    }
  }

  private static FloatVector ofBrainFloats(ShortVector elements) {
    IntVector bits = (IntVector) elements.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, HIGH_HALF).reinterpretAsFloats();
  }
}
