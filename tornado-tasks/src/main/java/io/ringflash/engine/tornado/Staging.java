package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Copies between tensors of any strides and one contiguous {@code (batch, token, head, headDim)}
 * that holds their tokens one after the other.
 */
final class Staging {
  private Staging() {}

  /** Copies from {@code tensors}. */
  static void gather(List<Tensor> tensors, MemorySegment staged, DType dtype) {
    copy(tensors, staged, dtype, true);
  }

  /** Copies to {@code tensors}. */
  static void scatter(MemorySegment staged, List<Tensor> tensors, DType dtype) {
    copy(tensors, staged, dtype, false);
  }

  private static void copy(
      List<Tensor> tensors, MemorySegment staged, DType dtype, boolean gathers) {
    long tokens = tensors.stream().mapToLong(tensor -> tensor.dim(1)).sum();
    long first = 0;
    for (Tensor tensor : tensors) {
      long tokenBytes = tensor.dim(2) * tensor.dim(3) * dtype.byteSize();
      if (tensor.size() > 0) {
        for (long b = 0; b < tensor.dim(0); b++) {
          copyTokens(tensor, b, staged, (b * tokens + first) * tokenBytes, gathers);
        }
      }
      first += tensor.dim(1);
    }
  }

  private static void copyTokens(
      Tensor tensor, long batch, MemorySegment staged, long at, boolean gathers) {
    long rowElements = tensor.dim(3);
    long tokenElements = tensor.dim(2) * rowElements;
    boolean tokenContiguous = tensor.dim(2) == 1 || tensor.stride(2) == rowElements;
    boolean allContiguous =
        tokenContiguous && (tensor.dim(1) == 1 || tensor.stride(1) == tokenElements);
    int width = tensor.dtype().byteSize();
    if (allContiguous) {
      long bytes = tensor.dim(1) * tokenElements * width;
      move(tensor, tensor.byteOffset(batch, 0, 0, 0), staged, at, bytes, gathers);
      return;
    }
    for (long token = 0; token < tensor.dim(1); token++) {
      long from = at + token * tokenElements * width;
      if (tokenContiguous) {
        long source = tensor.byteOffset(batch, token, 0, 0);
        move(tensor, source, staged, from, tokenElements * width, gathers);
      } else {
        for (long head = 0; head < tensor.dim(2); head++) {
          long source = tensor.byteOffset(batch, token, head, 0);
          long target = from + head * rowElements * width;
          move(tensor, source, staged, target, rowElements * width, gathers);
        }
      }
    }
  }

  private static void move(
      Tensor tensor,
      long tensorAt,
      MemorySegment staged,
      long stagedAt,
      long bytes,
      boolean gathers) {
    if (gathers) {
      MemorySegment.copy(tensor.data(), tensorAt, staged, stagedAt, bytes);
    } else {
      MemorySegment.copy(staged, stagedAt, tensor.data(), tensorAt, bytes);
    }
  }
}
