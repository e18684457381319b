package io.ringflash.engine.cpu;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Where the rows of one head's tokens are, or of several heads' that lie side by side.
 *
 * @param dtype of the elements
 * @param data that holds the rows
 * @param at first byte of the first row
 * @param rowBytes from one row to the next
 * @param headDim elements of a row, of all its heads together
 */
record HeadRows(DType dtype, MemorySegment data, long at, long rowBytes, int headDim) {
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
        (int) tensor.dim(3));
  }

  /** The rows of {@code heads} heads, from this one on, that lie side by side. */
  HeadRows andNext(int heads) {
    return new HeadRows(dtype, data, at, rowBytes, heads * headDim);
  }
}
