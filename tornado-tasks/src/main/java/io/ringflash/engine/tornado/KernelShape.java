package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;

/**
 * What kernels know of a problem, beyond which options are on: an array of integers and one of
 * floats. Arrays, not arguments: TornadoVM compiles arguments into a kernel, and one compiled
 * kernel serves every size.
 */
final class KernelShape {
  /** Batch entries times query heads. */
  static final int ROW_HEADS = 0;

  /** Query heads that share a K/V head. */
  static final int GROUP_SIZE = 1;

  /** Smallest visible {@code key − query} distance. */
  static final int LOWEST_OFFSET = 2;

  /** Largest visible {@code key − query} distance. */
  static final int HIGHEST_OFFSET = 3;

  /** Position of query 0. */
  static final int QUERY_OFFSET = 4;

  static final int SEED_LOW = 5;
  static final int SEED_HIGH = 6;

  /** A weight is dropped iff its random word is below, both with their sign bit flipped. */
  static final int DROP_THRESHOLD = 7;

  static final int INTS = 8;

  static final int SCALE = 0;
  static final int SOFTCAP = 1;

  /** What a kept weight is multiplied by. */
  static final int KEEP_SCALE = 2;

  /** −∞. TornadoVM writes the constant as −1/0, which not every OpenCL compiler takes for that. */
  static final int NONE = 3;

  /** ALiBi slopes, one per batch entry and query head. */
  static final int SLOPES = 4;

  private KernelShape() {}

  static int[] ints(AttentionProblem problem) {
    AttentionShape shape = problem.shape();
    int[] ints = new int[INTS];
    ints[ROW_HEADS] = Math.multiplyExact(shape.batch(), shape.heads());
    ints[GROUP_SIZE] = shape.groupSize();
    ints[LOWEST_OFFSET] = saturated(problem.mask().lowestOffset());
    ints[HIGHEST_OFFSET] = saturated(problem.mask().highestOffset());
    ints[QUERY_OFFSET] = Math.toIntExact(problem.queryOffset());
    ints[SEED_LOW] = (int) problem.dropout().seed();
    ints[SEED_HIGH] = (int) (problem.dropout().seed() >>> 32);
    ints[DROP_THRESHOLD] = problem.dropout().threshold() ^ Integer.MIN_VALUE;
    return ints;
  }

  static float[] floats(AttentionProblem problem) {
    AttentionShape shape = problem.shape();
    float[] floats = new float[SLOPES + shape.batch() * shape.heads()];
    floats[SCALE] = problem.scale();
    floats[SOFTCAP] = problem.softcap();
    floats[KEEP_SCALE] = problem.dropout().keepScale();
    floats[NONE] = Float.NEGATIVE_INFINITY;
    for (int head = 0; head < shape.batch() * shape.heads(); head++) {
      floats[SLOPES + head] = problem.alibi().slope(head / shape.heads(), head % shape.heads());
    }
    return floats;
  }

  private static int saturated(long offset) {
    return (int) Math.clamp(offset, -Integer.MAX_VALUE, (long) Integer.MAX_VALUE);
  }
}
