package io.ringflash;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.Arrays;

/**
 * Checks of what callers pass in: behind this border, engines and kernels assume valid arguments.
 */
final class BorderChecks {
  /** Never started: it only stands for those that are not the caller's. */
  private static final Thread SOME_OTHER_THREAD = new Thread(() -> {});

  private BorderChecks() {}

  /** Sizes of a problem, read off its tensors; the sequence lengths are given. */
  static AttentionShape shape(Tensor q, long seqLenQ, Tensor k, long seqLenK) {
    requireForm("q", q, "heads");
    requireForm("k", k, "kvHeads");
    return new AttentionShape(
        extent("batch", q.dim(0)),
        seqLenQ,
        seqLenK,
        extent("heads", q.dim(2)),
        extent("kvHeads", k.dim(2)),
        extent("headDim", q.dim(3)));
  }

  /** A tensor without elements may have dimensions of any size. */
  private static int extent(String name, long value) {
    if (value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s should be at most %d but got %d".formatted(name, Integer.MAX_VALUE, value));
    }
    return (int) value;
  }

  /** Number of tokens in {@code (batch, n, heads, headDim)}. */
  static long queryLength(String name, Tensor tensor) {
    requireForm(name, tensor, "heads");
    return tensor.dim(1);
  }

  /** Number of tokens in {@code (batch, n, kvHeads, headDim)}. */
  static long keyLength(String name, Tensor tensor) {
    requireForm(name, tensor, "kvHeads");
    return tensor.dim(1);
  }

  /** Requires {@code (batch, any, heads, headDim)} in the given type. */
  static void requireQueries(String name, Tensor tensor, AttentionShape shape, DType dtype) {
    requireForm(name, tensor, "heads");
    requireSizes(name, tensor, shape.batch(), shape.heads(), shape.headDim(), dtype);
  }

  /** Requires {@code (batch, any, kvHeads, headDim)} in the given type. */
  static void requireKeys(String name, Tensor tensor, AttentionShape shape, DType dtype) {
    requireForm(name, tensor, "kvHeads");
    requireSizes(name, tensor, shape.batch(), shape.kvHeads(), shape.headDim(), dtype);
  }

  /** Requires keys and values that belong together. */
  static void requireKeysAndValues(
      String keyName, Tensor k, String valueName, Tensor v, AttentionProblem problem) {
    requireKeys(keyName, k, problem.shape(), problem.dtype());
    requireKeys(valueName, v, problem.shape(), problem.dtype());
    requireSameLength(valueName, v, keyName, k);
  }

  /** Requires that two tensors of the same role have the same number of tokens. */
  static void requireSameLength(String name, Tensor tensor, String otherName, Tensor other) {
    if (tensor.dim(1) != other.dim(1)) {
      throw new IllegalArgumentException(
          "%s should have as many tokens as %s, %d, but got %d"
              .formatted(name, otherName, other.dim(1), tensor.dim(1)));
    }
  }

  /** Requires memory that the threads of any rank may read and write. */
  static void requireReachable(String name, Tensor tensor) {
    if (!tensor.data().scope().isAlive()) {
      throw new IllegalArgumentException(
          "%s should be in memory but its arena has been closed".formatted(name));
    }
    if (!tensor.data().isAccessibleBy(SOME_OTHER_THREAD)) {
      throw new IllegalArgumentException(
          ("%s should be in memory that every thread may access, as of Arena.ofShared or ofAuto,"
                  + " but got a confined arena's")
              .formatted(name));
    }
  }

  private static void requireForm(String name, Tensor tensor, String headsName) {
    if (tensor.rank() != 4) {
      throw new IllegalArgumentException(
          "%s should have shape (batch, seqLen, %s, headDim) but got %s"
              .formatted(name, headsName, Arrays.toString(tensor.shape())));
    }
    if (tensor.stride(3) != 1 && tensor.dim(3) > 1) {
      throw new IllegalArgumentException(
          "%s should have a contiguous last dimension but got stride %d"
              .formatted(name, tensor.stride(3)));
    }
    requireReachable(name, tensor);
  }

  private static void requireSizes(
      String name, Tensor tensor, long batch, long heads, long headDim, DType dtype) {
    if (tensor.dim(0) != batch || tensor.dim(2) != heads || tensor.dim(3) != headDim) {
      throw new IllegalArgumentException(
          "%s should have shape (%d, seqLen, %d, %d) but got %s"
              .formatted(name, batch, heads, headDim, Arrays.toString(tensor.shape())));
    }
    if (tensor.dtype() != dtype) {
      throw new IllegalArgumentException(
          "%s should have dtype %s, as q, but got %s"
              .formatted(name, dtype.label(), tensor.dtype().label()));
    }
  }
}
