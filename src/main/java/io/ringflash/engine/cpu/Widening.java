package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of tensor elements as FP32, exactly. */
final class Widening {
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  /** As many 16-bit elements as there are lanes. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  /** Vectors that {@link #brainFloats(HeadRows, int, MemorySegment)} widens at a time. */
  private static final int PIECE = KeyRows.SHORT / LANES;

  private static final int HALF_SIGN = 0x8000;
  private static final int HALF_MAGNITUDE = 0x7FFF;
  private static final int HALF_INFINITY = 0x7C00;
  private static final int FLOAT_INFINITY = 0x7F800000;

  /** From FP16's exponent bias to FP32's. */
  private static final float BIAS_FACTOR = 0x1p112f;

  private static final int MANTISSA_SHIFT = 13;
  private static final int HIGH_HALF = 16;

  private Widening() {}

  /** The elements from byte {@code at} of {@code data}, one per lane. */
  static FloatVector load(DType dtype, MemorySegment data, long at) {
    return switch (dtype) {
      case FP32 -> FloatVector.fromMemorySegment(SPECIES, data, at, NATIVE);
      case FP16 -> ofHalves(bits(data, at));
      case BF16 -> ofBrainFloats(bits(data, at));
    };
  }

  /** Widens {@code count} FP16 elements, of whole vectors. */
  static void halves(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i += LANES) {
      ofHalves(bits(ShortVector.fromArray(SHORTS, source, i))).intoArray(target, i);
    }
  }

  /** Widens {@code count} BF16 elements, of whole vectors. */
  static void brainFloats(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i += LANES) {
      ofBrainFloats(bits(ShortVector.fromArray(SHORTS, source, i))).intoArray(target, i);
    }
  }

  /**
   * Widens BF16 rows whose length is a multiple of {@link KeyRows#SHORT}. Rows and pieces are one
   * loop: rows are too short for what the compiler puts around an inner one.
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
        FloatVector floats = ofBrainFloats(bits(data, at));
        floats.intoMemorySegment(target, ((long) i * PIECE + v) * LANES * Float.BYTES, NATIVE);
      }
      from += pieceBytes;
      if (++piece == pieces) {
        piece = 0;
        from += betweenRows;
      }
    }
  }

  private static IntVector bits(MemorySegment data, long at) {
    return bits(ShortVector.fromMemorySegment(SHORTS, data, at, NATIVE));
  }

  private static IntVector bits(ShortVector elements) {
    return (IntVector) elements.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static FloatVector ofBrainFloats(IntVector bits) {
    return bits.lanewise(VectorOperators.LSHL, HIGH_HALF).reinterpretAsFloats();
  }

  /**
   * A half's exponent and mantissa, moved to a float's place, are the number times a power of two,
   * subnormal ones included; infinities and NaNs get their exponent.
   */
  private static FloatVector ofHalves(IntVector bits) {
    IntVector magnitude = bits.and(HALF_MAGNITUDE);
    IntVector number =
        magnitude
            .lanewise(VectorOperators.LSHL, MANTISSA_SHIFT)
            .reinterpretAsFloats()
            .mul(BIAS_FACTOR)
            .reinterpretAsInts();
    IntVector special = number.or(FLOAT_INFINITY);
    IntVector sign = bits.and(HALF_SIGN).lanewise(VectorOperators.LSHL, HIGH_HALF);
    return number
        .blend(special, magnitude.compare(VectorOperators.GE, HALF_INFINITY))
        .or(sign)
        .reinterpretAsFloats();
  }
}
