package io.ringflash.engine.tornado;

import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Tensors {@code (batch, token, head, headDim)} of any strides, seen as one contiguous tensor that
 * holds their tokens one after the other. That is the layout that travels.
 *
 * <p>Its rows, of headDim elements each, are numbered in that order; any run of them can be copied.
 */
final class PackedTensor {
  private final List<Tensor> parts;
  private final long tokens;
  private final long heads;
  private final long rowBytes;
  private final long rows;

  /**
   * @param parts at least one; alike but for their tokens
   */
  PackedTensor(List<Tensor> parts) {
    this.parts = parts;
    Tensor any = parts.getFirst();
    this.tokens = parts.stream().mapToLong(part -> part.dim(1)).sum();
    this.heads = any.dim(2);
    this.rowBytes = any.dim(3) * any.dtype().byteSize();
    this.rows = any.dim(0) * tokens * heads;
  }

  long rows() {
    return rows;
  }

  /** Bytes of a row. */
  long rowBytes() {
    return rowBytes;
  }

  /** Copies rows to {@code packed}. */
  void gather(long firstRow, long count, MemorySegment packed) {
    copyRows(firstRow, firstRow + count, packed, true);
  }

  /** Copies rows from {@code packed}. */
  void scatter(long firstRow, long count, MemorySegment packed) {
    copyRows(firstRow, firstRow + count, packed, false);
  }

  private void copyRows(long firstRow, long endRow, MemorySegment packed, boolean gathers) {
    long at = 0;
    long row = firstRow;
    while (row < endRow) {
      long head = row % heads;
      long batch = row / heads / tokens;
      long token = row / heads % tokens;
      int index = 0;
      while (token >= parts.get(index).dim(1)) {
        token -= parts.get(index).dim(1);
        index++;
      }
      Tensor part = parts.get(index);
      long run = Math.min(endRow - row, neighbours(part, token, head));
      move(part, part.byteOffset(batch, token, head, 0), packed, at, run * rowBytes, gathers);
      at += run * rowBytes;
      row += run;
    }
  }

  /** Rows from this one on that lie side by side in {@code part}. */
  private long neighbours(Tensor part, long token, long head) {
    boolean tokenContiguous = heads == 1 || part.stride(2) == part.dim(3);
    if (!tokenContiguous) {
      return 1;
    }
    boolean partContiguous = part.dim(1) == 1 || part.stride(1) == heads * part.dim(3);
    return (partContiguous ? part.dim(1) - token : 1) * heads - head;
  }

  private static void move(
      Tensor part, long partAt, MemorySegment packed, long at, long bytes, boolean gathers) {
    if (gathers) {
      MemorySegment.copy(part.data(), partAt, packed, at, bytes);
    } else {
      MemorySegment.copy(packed, at, part.data(), partAt, bytes);
    }
  }
}
