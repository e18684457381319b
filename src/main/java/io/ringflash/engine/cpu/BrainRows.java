package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * BF16 rows, in place where they need no padding. A lane holds two elements, which become two
 * vectors of FP32 in {@link PairOrder}: one instruction each, on their way to a register.
 */
final class BrainRows extends Rows {
  private static final VectorSpecies<Integer> PAIRS = SPECIES.withLanes(int.class);

  private static final int HALF_BITS = 16;
  private static final int HIGH_HALF = 0xffff_0000;

  /** As large as they had to be up to now. */
  private MemorySegment copies = MemorySegment.NULL;

  BrainRows() {
    super(Short.BYTES);
  }

  @Override
  void take(HeadRows source, int rows, int paddedRow) {
    if (source.headDim() == paddedRow) {
      place(source.data(), source.at(), source.rowBytes(), rows, paddedRow);
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

  /** The lanes after byte {@code at}. */
  static IntVector pairs(MemorySegment data, long at) {
    return IntVector.fromMemorySegment(PAIRS, data, at, NATIVE);
  }

  /** The elements of even index: the lower halves of the lanes. */
  static FloatVector even(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, HALF_BITS).reinterpretAsFloats();
  }

  /** The elements of odd index. */
  static FloatVector odd(IntVector pairs) {
    return pairs.and(HIGH_HALF).reinterpretAsFloats();
  }
}
