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
  /** How far ahead rows are asked for, and so many together. */
  private static final int ROWS_AHEAD = 8;

  private static final int ROWS_AT_ONCE = 4;

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

  /**
   * Asks for rows some way after {@code row}, to be called for each row before it is read or
   * written: rows of one head lie too far apart for the CPU to foresee the next ones.
   *
   * @param count rows that there are
   */
  void prefetchAfter(int row, int count) {
    prefetchAfter(row, count, Prefetch::lines);
  }

  /**
   * The same.
   *
   * @param request what asks for lines
   */
  void prefetchAfter(int row, int count, Prefetch.Request request) {
    int first = row + ROWS_AHEAD;
    int rows = Math.min(ROWS_AT_ONCE, count - first);
    if (row % ROWS_AT_ONCE == 0 && rows > 0 && data.isNative()) {
      int lines = Math.ceilDiv(headDim * dtype.byteSize(), Prefetch.LINE);
      request.lines(data.address() + at + first * rowBytes, rowBytes, rows, lines);
    }
  }
}
