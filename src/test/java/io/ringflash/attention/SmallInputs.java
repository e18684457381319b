package io.ringflash.attention;

import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Normally distributed inputs of a problem. */
final class SmallInputs {
  private SmallInputs() {}

  static AttentionInputs of(
      Arena arena, AttentionProblem problem, int jointQueries, int jointKeys) {
    AttentionShape shape = problem.shape();
    Random random = new Random(shape.hashCode());
    return new AttentionInputs(
        normal(arena, random, problem, shape.seqLenQ(), shape.heads()),
        normal(arena, random, problem, shape.seqLenK(), shape.kvHeads()),
        normal(arena, random, problem, shape.seqLenK(), shape.kvHeads()),
        optional(arena, random, problem, jointQueries, shape.heads()),
        optional(arena, random, problem, jointKeys, shape.kvHeads()),
        optional(arena, random, problem, jointKeys, shape.kvHeads()));
  }

  private static @Nullable Tensor optional(
      Arena arena, Random random, AttentionProblem problem, int tokens, int heads) {
    return tokens == 0 ? null : normal(arena, random, problem, tokens, heads);
  }

  private static Tensor normal(
      Arena arena, Random random, AttentionProblem problem, long tokens, int heads) {
    AttentionShape shape = problem.shape();
    Tensor tensor =
        Tensor.allocate(arena, problem.dtype(), shape.batch(), tokens, heads, shape.headDim());
    int width = problem.dtype().byteSize();
    for (long i = 0; i < tensor.size(); i++) {
      problem.dtype().store(tensor.data(), i * width, (float) random.nextGaussian());
    }
    return tensor;
  }
}
