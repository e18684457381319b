package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of 16-bit elements, in place where they need no padding. A lane holds two elements, which
 * become two vectors of FP32 in {@link PairOrder} on their way to registers.
 */
final class HalfRows extends PaddedRows {
  private static final VectorSpecies<Integer> PAIRS = SPECIES.withLanes(int.class);

  /** Both halves of a lane without their signs. */
  private static final int MAGNITUDES = 0x7fff_7fff;

  /** Added to an FP16 magnitude whose exponent is the largest, this carries into the sign. */
  private static final int EXPONENT_UNITS = 0x0400_0400;

  private static final int SIGNS = 0x8000_8000;

  /** As large as they had to be up to now. */
  private MemorySegment copies = MemorySegment.NULL;

  HalfRows() {
    super(Short.BYTES);
  }

  @Override
  void take(HeadRows source, int rows, int paddedRow) {
    if (source.headDim() == paddedRow) {
      place(source, rows);
    } else {
      long paddedBytes = (long) paddedRow * Short.BYTES;
      copy(source, rows, paddedBytes);
      place(copies, 0, paddedBytes, rows, paddedRow);
    }
  }

  private void copy(HeadRows source, int rows, long paddedBytes) {
    if (copies.byteSize() < rows * paddedBytes) {
      // Freed by the garbage collector.
      copies = Arena.ofAuto().allocate(rows * paddedBytes, PackedBlock.ALIGNMENT);
    }
    long bytes = (long) source.headDim() * Short.BYTES;
    for (int row = 0; row < rows; row++) {
      long from = source.at() + row * source.rowBytes();
      MemorySegment.copy(source.data(), from, copies, row * paddedBytes, bytes);
      copies.asSlice(row * paddedBytes + bytes, paddedBytes - bytes).fill((byte) 0);
    }
  }

  /** Whether none of the elements, which are FP16, is NaN or infinite. */
  boolean areFinite() {
    MemorySegment memory = data();
    int length = stride();
    IntVector carries = IntVector.zero(PAIRS);
    for (int row = 0; row < count(); row++) {
      long from = at(row, 0);
      for (int d = 0; d < length; d += PairOrder.GROUP) {
        IntVector pairs = pairs(memory, from + (long) d * Short.BYTES);
        carries = carries.or(pairs.and(MAGNITUDES).add(EXPONENT_UNITS));
      }
    }
    return (carries.reduceLanes(VectorOperators.OR) & SIGNS) == 0;
  }

  /** The lanes after byte {@code at}. */
  static IntVector pairs(MemorySegment data, long at) {
    return IntVector.fromMemorySegment(PAIRS, data, at, NATIVE);
  }
}
