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

  /** Vectors that {@link #brainFloats(HeadRows, int, MemorySegment)} widens at a time. */
  private static final int PIECE = 4;

  private static final int HIGH_HALF = 16;

  private Widening() {}

  /** Widens {@code count} FP16 elements; HotSpot makes vectors of this loop. */
  static void halves(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] = Float.float16ToFloat(source[i]);
    }
  }

  /** Widens {@code count} BF16 elements, of whole vectors. */
  static void brainFloats(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i += LANES) {
      ofBrainFloats(ShortVector.fromArray(SHORTS, source, i)).intoArray(target, i);
    }
  }

  /** Whether {@link #brainFloats(HeadRows, int, MemorySegment)} takes rows of this length. */
  static boolean inPieces(int headDim) {
    return headDim % (PIECE * LANES) == 0;
  }

  /**
   * Widens BF16 rows that are {@link #inPieces}. Rows and pieces are one loop: rows are too short
   * for what the compiler puts around an inner one.
   *
   * @param target receives the rows, one after the other
   */
  static void brainFloats(HeadRows source, int rows, MemorySegment target) {
    MemorySegment data = source.data();
    int pieceBytes = PIECE * LANES * Short.BYTES;
    int pieces = source.headDim() / (PIECE * LANES);
    long betweenRows = source.rowBytes() - (long) pieces * pieceBytes;
    long from = source.at();
    int piece = 0;
    for (int i = 0; i < rows * pieces; i++) {
      for (int v = 0; v < PIECE; v++) {
        long at = from + (long) v * LANES * Short.BYTES;
        FloatVector floats = ofBrainFloats(ShortVector.fromMemorySegment(SHORTS, data, at, NATIVE));
        floats.intoMemorySegment(target, ((long) i * PIECE + v) * LANES * Float.BYTES, NATIVE);
      }
      from += pieceBytes;
      if (++piece == pieces) {
        piece = 0;
        from += betweenRows;
      }
    }
  }

  private static FloatVector ofBrainFloats(ShortVector elements) {
    IntVector bits = (IntVector) elements.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, HIGH_HALF).reinterpretAsFloats();
  }
}
