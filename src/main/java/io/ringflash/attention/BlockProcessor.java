package io.ringflash.attention;

import io.ringflash.tensor.Tensor;

/**
 * Replaces the block kernel by the caller's own: it computes attention of some queries over some
 * keys and reports it with its lse, so that any ring merges it exactly. Calls for different ranks
 * come from different threads at once.
 */
@FunctionalInterface
public interface BlockProcessor {
  /** Attention of the block's queries over the block's keys alone. */
  Result process(Block block);

  /**
   * Queries and keys that meet in one ring step.
   *
   * @param problem sizes of the whole problem, and the score rule
   * @param q {@code (batch, n, heads, headDim)}
   * @param queries indices of the n queries
   * @param k {@code (batch, m, kvHeads, headDim)}
   * @param v like k
   * @param keys indices of the m keys
   */
  record Block(
      AttentionProblem problem,
      Tensor q,
      PositionSlice queries,
      Tensor k,
      Tensor v,
      PositionSlice keys) {
    /** Whether the mask lets query i of the block see key j of the block. */
    public boolean visible(long i, long j) {
      return queries.joint()
          || keys.joint()
          || problem.mask().visible(queries.index(i) + problem.queryOffset(), keys.index(j));
    }

    /** What the mask leaves of this block. */
    public BlockMask mask() {
      return BlockMask.classify(queries, keys, problem.mask(), problem.queryOffset());
    }
  }

  /**
   * Partial attention of one block.
   *
   * @param out FP32 {@code (batch, n, heads, headDim)}, normalised over the block's keys
   * @param lse FP32 {@code (batch, heads, n)}; −∞ where a query saw no key
   */
  record Result(Tensor out, Tensor lse) {}
}
