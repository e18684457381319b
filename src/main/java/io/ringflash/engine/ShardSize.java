package io.ringflash.engine;

import io.ringflash.attention.AttentionProblem;
import java.util.List;

/**
 * How much of a run is one device's share, without the tensors.
 *
 * @param problem the whole problem
 * @param attnType kernel that the user asked for
 * @param processor whether a block processor replaces it
 * @param queries of the rank
 * @param buffers K/V buffers that exist at the same time, with the most that each has room for
 */
public record ShardSize(
    AttentionProblem problem,
    AttnType attnType,
    boolean processor,
    TokenCount queries,
    List<TokenCount> buffers) {
  /** Bytes of {@code tokens} keys, or as many values, in the storage type. */
  public long keyBytes(long tokens) {
    return tokens
        * problem.shape().batch()
        * problem.shape().kvHeads()
        * problem.shape().headDim()
        * problem.dtype().byteSize();
  }

  /** Bytes of the queries, or of out, in the storage type. */
  public long queryBytes() {
    return queries.tokens()
        * problem.shape().batch()
        * problem.shape().heads()
        * problem.shape().headDim()
        * problem.dtype().byteSize();
  }

  /** Rows of the partial attention. */
  public long rows() {
    return queries.tokens() * problem.shape().batch() * problem.shape().heads();
  }
}
