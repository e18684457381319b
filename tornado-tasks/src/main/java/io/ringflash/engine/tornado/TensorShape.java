package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import java.util.Arrays;

/** What the tensor-core kernels know of a problem: {@link KernelShape}'s integers and these. */
final class TensorShape {
  static final int HEAD_DIM = KernelShape.INTS;

  /** Where Q's and out's elements begin. */
  static final int QUERIES_AT = HEAD_DIM + 1;

  /** Where K's and V's elements begin. */
  static final int KEYS_AT = HEAD_DIM + 2;

  /** 1 for a shard's first fold, which finds no state yet. */
  static final int FIRST = HEAD_DIM + 3;

  static final int INTS = HEAD_DIM + 4;

  /** Elements left out at the beginning: with the arrays' header they are 128 bytes. */
  static final int LEAD = 56;

  private TensorShape() {}

  static int[] ints(AttentionProblem problem, boolean first) {
    int[] ints = Arrays.copyOf(KernelShape.ints(problem), INTS);
    ints[HEAD_DIM] = problem.shape().headDim();
    ints[QUERIES_AT] = LEAD;
    ints[KEYS_AT] = LEAD;
    ints[FIRST] = first ? 1 : 0;
    return ints;
  }
}
