package io.ringflash.tensor.io;

import java.util.List;

/** Shapes that files claim. */
final class Shapes {
  static final int MAX_RANK = 32;
  private static final long MAX_ELEMENTS = 1L << 56;

  private Shapes() {}

  /** Refuses shapes that no memory holds, so that later sizes in bytes or bits cannot wrap. */
  static void check(List<Long> shape, Location where) throws TensorFileException {
    if (shape.size() > MAX_RANK) {
      throw where.error(
          "shape should have at most %d dimensions but got %d".formatted(MAX_RANK, shape.size()));
    }
    long count = 1;
    for (long extent : shape) {
      if (extent < 0) {
        throw where.error("shape should have no negative dimension but got " + shape);
      }
      long factor = Math.max(1, extent);
      if (factor > MAX_ELEMENTS / count) {
        throw where.error("shape should have at most 2^56 elements but got " + shape);
      }
      count *= factor;
    }
  }

  /** The number of elements of a shape that passed {@link #check}. */
  static long elementCount(List<Long> shape) {
    long count = 1;
    for (long extent : shape) {
      count *= extent;
    }
    return count;
  }

  static long[] toArray(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
