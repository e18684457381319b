package io.ringflash.engine.cpu;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The rows of one head's tokens, read in place as whole vectors, padded with zeros.
 *
 * @param dtype of the elements
 * @param data that holds the rows
 * @param at first byte of the first row
 * @param rowBytes from one row to the next
 * @param headDim elements of a row
 * @param end room for the vector that a row ends in
 */
record HeadRows(DType dtype, MemorySegment data, long at, long rowBytes, int headDim, float[] end) {
  /**
   * Rows from {@code token} on.
   *
   * @param tensor {@code (batch, n, heads, headDim)}, last dimension contiguous
   */
  static HeadRows of(Tensor tensor, int batch, long token, int head) {
    DType dtype = tensor.dtype();
    return new HeadRows(
        dtype,
        tensor.data(),
        tensor.byteOffset(batch, token, head, 0),
        tensor.stride(1) * dtype.byteSize(),
        (int) tensor.dim(3),
        new float[Simd.LANES]);
  }

  /**
   * Writes rows in FP32, padded with zeros.
   *
   * @param targetBytes from one row of the target to the next, of whole vectors
   */
  void widen(int rows, MemorySegment target, long targetBytes) {
    int pieces = headDim / (Widening.PIECE * Simd.LANES);
    // Each type has its own loop: one that asks for the type at each vector puts them on the heap.
    switch (dtype) {
      case FP32 -> pieces = 0;
      case FP16 -> Widening.copyHalves(data, at, rowBytes, rows, pieces, target, targetBytes);
      case BF16 -> Widening.copyBrainFloats(data, at, rowBytes, rows, pieces, target, targetBytes);
    }
    int copied = pieces * Widening.PIECE * Simd.LANES;
    long end = (long) Simd.padded(headDim) * Float.BYTES;
    for (int row = 0; row < rows && copied < headDim; row++) {
      long to = row * targetBytes;
      for (int d = copied; d < headDim; d += Simd.LANES) {
        load(row, d).intoMemorySegment(target, to + (long) d * Float.BYTES, Simd.NATIVE);
      }
      target.asSlice(to + end, targetBytes - end).fill((byte) 0);
    }
  }

  /** Elements of a row from {@code d} on, a multiple of the vector's length. */
  FloatVector load(int row, int d) {
    long from = at + row * rowBytes + (long) d * dtype.byteSize();
    if (d + Simd.LANES <= headDim) {
      return Widening.load(dtype, data, from);
    }
    dtype.loadAll(data, from, end, 0, headDim - d);
    return FloatVector.fromArray(Simd.SPECIES, end, 0);
  }
}
