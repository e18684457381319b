package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Some rows of one head, or of several that lie side by side, as FP32, padded with zeros: in place
 * where they are that, otherwise copied.
 *
 * <p>Whoever reads them never asks for the storage type, which would put vectors on the heap as
 * soon as a program has used two: each type has a loop of its own that widens many rows.
 */
final class FloatRows {
  /** Copies, and what they are made of: as large as they had to be up to now. */
  private float[] floats = {};

  private short[] halves = {};
  private MemorySegment copies = MemorySegment.NULL;

  private MemorySegment data = copies;
  private long at;
  private long rowBytes;

  /** First element of a row. */
  private int column;

  private int stride;
  private int count;

  /**
   * Takes the first rows of {@code source}.
   *
   * @param rows how many
   * @param paddedRow elements that a row is padded to, of whole vectors
   */
  void take(HeadRows source, int rows, int paddedRow) {
    column = 0;
    stride = paddedRow;
    count = rows;
    if (source.dtype() == DType.FP32 && source.headDim() == stride) {
      data = source.data();
      at = source.at();
      rowBytes = source.rowBytes();
    } else {
      reserve(count * stride);
      data = copies;
      at = 0;
      rowBytes = (long) stride * Float.BYTES;
      copy(source);
    }
  }

  private void reserve(int elements) {
    if (floats.length < elements) {
      floats = new float[elements];
      halves = new short[elements];
      // Freed with the arrays, by the garbage collector.
      copies = Arena.ofAuto().allocate((long) elements * Float.BYTES, PackedBlock.ALIGNMENT);
    }
  }

  /**
   * Leaves of each row that was taken {@code length} elements from element {@code first} on.
   *
   * @param first counted from the beginning of the row as it was taken
   */
  void narrow(int first, int length) {
    column = first;
    stride = length;
  }

  /**
   * Copies rows as they are before widening them: a core reads ahead only as far as instructions
   * fit into its reorder buffer, and copying takes fewest. HotSpot makes vectors of FP16's
   * conversion in loops over arrays only.
   */
  private void copy(HeadRows source) {
    for (int row = 0; row < count; row++) {
      copyRow(source, row);
    }
    int elements = count * stride;
    switch (source.dtype()) {
      case FP32 -> MemorySegment.copy(floats, 0, copies, JAVA_FLOAT, 0, elements);
      case FP16 -> {
        Widening.halves(halves, floats, elements);
        MemorySegment.copy(floats, 0, copies, JAVA_FLOAT, 0, elements);
      }
      case BF16 -> Widening.brainFloats(halves, copies, elements);
    }
  }

  private void copyRow(HeadRows source, int row) {
    int headDim = source.headDim();
    long from = source.at() + row * source.rowBytes();
    int to = row * stride;
    if (source.dtype() == DType.FP32) {
      MemorySegment.copy(source.data(), JAVA_FLOAT_UNALIGNED, from, floats, to, headDim);
      Arrays.fill(floats, to + headDim, to + stride, 0);
    } else {
      MemorySegment.copy(source.data(), JAVA_SHORT_UNALIGNED, from, halves, to, headDim);
      Arrays.fill(halves, to + headDim, to + stride, (short) 0);
    }
  }

  int count() {
    return count;
  }

  /** Elements of a row. */
  int stride() {
    return stride;
  }

  MemorySegment data() {
    return data;
  }

  /** Where element {@code d} of a row is in {@link #data}. */
  long at(int row, int d) {
    return at + row * rowBytes + (long) (column + d) * Float.BYTES;
  }

  /** Bytes from one row to the next. */
  long rowBytes() {
    return rowBytes;
  }

  /** The vector {@code index} vectors after byte {@code at}. */
  static FloatVector vector(MemorySegment data, long at, int index) {
    return FloatVector.fromMemorySegment(
        SPECIES, data, at + (long) index * LANES * Float.BYTES, NATIVE);
  }
}
