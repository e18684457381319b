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
