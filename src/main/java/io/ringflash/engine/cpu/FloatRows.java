package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Rows as FP32, padded with zeros: in place where they are that, otherwise copied.
 *
 * <p>Whoever reads them never asks for the storage type, which would put vectors on the heap as
 * soon as a program has used two: each type has a loop of its own that widens a row.
 */
final class FloatRows extends PaddedRows {
  /**
   * Copies, and the array that they are made in: as large as they had to be up to now. After each
   * vector that is stored in a segment, HotSpot checks the segments anew; an array costs nothing.
   */
  private float[] floats = {};

  private MemorySegment copies = MemorySegment.NULL;

  FloatRows() {
    super(Float.BYTES);
  }

  @Override
  void take(HeadRows source, int rows, int paddedRow) {
    if (isInPlace(source, paddedRow)) {
      place(source, rows);
    } else {
      widen(source, rows, paddedRow);
      placeCopies(rows, paddedRow);
    }
  }

  private static boolean isInPlace(HeadRows source, int paddedRow) {
    return source.dtype() == DType.FP32 && source.headDim() == paddedRow;
  }

  /** Takes copies of rows, in {@link PairOrder}. */
  void takePairs(HeadRows source, int rows, int paddedRow) {
    widen(source, rows, paddedRow);
    PairOrder.split(floats, 0, rows * paddedRow);
    placeCopies(rows, paddedRow);
  }

  private void widen(HeadRows source, int rows, int paddedRow) {
    reserve(rows * paddedRow);
    int headDim = source.headDim();
    for (int row = 0; row < rows; row++) {
      source.prefetchAfter(row, rows);
      MemorySegment data = source.data();
      long from = source.at() + row * source.rowBytes();
      int to = row * paddedRow;
      switch (source.dtype()) {
        case FP32 -> MemorySegment.copy(data, JAVA_FLOAT_UNALIGNED, from, floats, to, headDim);
        case FP16 -> Widening.halves(data, from, floats, to, headDim);
        case BF16 -> Widening.brainFloats(data, from, floats, to, headDim);
      }
      Arrays.fill(floats, to + headDim, to + paddedRow, 0);
    }
  }

  /**
   * Asks for rows some way after {@code row} where rows are read in place; copies are in the cache.
   *
   * @param source that they were taken from
   */
  void prefetchAfter(HeadRows source, int row) {
    if (isInPlace(source, stride())) {
      source.prefetchAfter(row, count());
    }
  }

  private void reserve(int elements) {
    if (floats.length < elements) {
      floats = new float[elements];
      // Freed with the array, by the garbage collector.
      copies = Arena.ofAuto().allocate((long) elements * Float.BYTES, PackedBlock.ALIGNMENT);
    }
  }

  private void placeCopies(int rows, int paddedRow) {
    MemorySegment.copy(floats, 0, copies, JAVA_FLOAT, 0, rows * paddedRow);
    place(copies, 0, (long) paddedRow * Float.BYTES, rows, paddedRow);
  }

  /** The vector {@code index} vectors after byte {@code at}. */
  static FloatVector vector(MemorySegment data, long at, int index) {
    return FloatVector.fromMemorySegment(
        SPECIES, data, at + (long) index * LANES * Float.BYTES, NATIVE);
  }
}
