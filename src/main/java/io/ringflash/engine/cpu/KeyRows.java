package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Some keys' rows of K or V of one head, as FP32 rows of whole {@link #SHORT} elements: in place
 * where they are that, otherwise copied.
 */
final class KeyRows implements AutoCloseable {
  /** Most keys at a time. */
  static final int BATCH = 32;

  /** Elements of a row that meet two rows of queries at a time: as many as registers hold. */
  static final int LONG = 8 * LANES;

  /** The same for what is left of a row. */
  static final int SHORT = 4 * LANES;

  private final MemoryPool.Lease memory;
  private final MemorySegment copies;

  private final float[] floats = new float[BATCH * stride(AttentionShape.MAX_HEAD_DIM)];
  private final short[] halves = new short[floats.length];

  private MemorySegment data;
  private long at;
  private long rowBytes;
  private int stride;
  private int count;

  KeyRows(MemoryPool.Lease memory) {
    this.memory = memory;
    this.copies = memory.allocate((long) floats.length * Float.BYTES, Float.BYTES);
    this.data = copies;
  }

  /** headDim rounded up to what these rows have. */
  static int stride(int headDim) {
    return Math.ceilDiv(headDim, SHORT) * SHORT;
  }

  /**
   * Takes the first rows of {@code source}.
   *
   * @param rows at most {@value #BATCH}
   */
  void take(HeadRows source, int rows) {
    stride = stride(source.headDim());
    count = rows;
    if (source.dtype() == DType.FP32 && source.headDim() == stride) {
      data = source.data();
      at = source.at();
      rowBytes = source.rowBytes();
    } else {
      data = copies;
      at = 0;
      rowBytes = (long) stride * Float.BYTES;
      if (source.dtype() == DType.BF16 && source.headDim() == stride) {
        Widening.brainFloats(source, count, copies);
      } else {
        copyByArrays(source);
      }
    }
  }

  /** Slower than the loop for whole rows of BF16, but such a loop is slow for FP16. */
  private void copyByArrays(HeadRows source) {
    int headDim = source.headDim();
    for (int row = 0; row < count; row++) {
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
    switch (source.dtype()) {
      case FP32 -> {}
      case FP16 -> Widening.halves(halves, floats, count * stride);
      case BF16 -> Widening.brainFloats(halves, floats, count * stride);
    }
    MemorySegment.copy(floats, 0, copies, JAVA_FLOAT, 0, count * stride);
  }

  int count() {
    return count;
  }

  /** Elements of a row. */
  int stride() {
    return stride;
  }

  /** Elements that pass together from {@code d} on: {@link #LONG} or {@link #SHORT}. */
  int step(int d) {
    return stride - d >= LONG ? LONG : SHORT;
  }

  MemorySegment data() {
    return data;
  }

  /** Where element {@code d} of a row is in {@link #data}. */
  long at(int row, int d) {
    return at + row * rowBytes + (long) d * Float.BYTES;
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

  @Override
  public void close() {
    memory.close();
  }
}
