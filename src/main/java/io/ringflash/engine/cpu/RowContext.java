package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.PositionSlice;

/**
 * One head's queries and keys that meet in one fold, as FP32 rows of headDim elements.
 *
 * @param q queries in {@code queries}' order
 * @param k keys in {@code keys}' order
 * @param v values in {@code keys}' order
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; lives for one fold.
record RowContext(
    AttentionProblem problem,
    int batch,
    int head,
    float[] q,
    PositionSlice queries,
    float[] k,
    float[] v,
    PositionSlice keys) {

  int headDim() {
    return problem.shape().headDim();
  }

  int keyCount() {
    return Math.toIntExact(keys.length());
  }

  private boolean joint() {
    return queries.joint() || keys.joint();
  }

  /** Whether query i sees key j. */
  boolean visible(int i, int j) {
    return joint()
        || problem.mask().visible(queries.index(i) + problem.queryOffset(), keys.index(j));
  }

  /** What ALiBi subtracts from the score of query i and key j. */
  float bias(int i, int j) {
    if (joint() || !problem.alibi().enabled()) {
      return 0;
    }
    long distance = queries.index(i) + problem.queryOffset() - keys.index(j);
    return problem.alibi().slope(batch, head) * Math.abs(distance);
  }

  /**
   * Factor of the weight of query i and key j: 0 if dropped, otherwise what keeps the expectation.
   */
  float dropoutFactor(int i, int j) {
    if (!problem.dropout().enabled()) {
      return 1;
    }
    int batchHead = batch * problem.shape().heads() + head;
    boolean drops = problem.dropout().drops(batchHead, queries.identity(i), keys.identity(j));
    return drops ? 0 : problem.dropout().keepScale();
  }
}
