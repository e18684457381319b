package io.ringflash.attention;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;

/**
 * Attention as one would first write it in the storage type: scores, weights and outputs are each
 * stored in that type, sums are FP32, the softmax is taken over the whole row. The accuracy rule
 * allows an engine twice its error.
 */
public final class NaiveAttention {
  private final AttentionProblem problem;
  private final AttentionInputs inputs;

  public NaiveAttention(AttentionProblem problem, AttentionInputs inputs) {
    this.problem = problem;
    this.inputs = inputs;
  }

  /**
   * Attention of one query of the sequence.
   *
   * @param out receives headDim elements; zeros for a query that sees no key
   * @return lse in FP32, −∞ for a query that sees no key
   */
  public float row(int batch, int head, long query, float[] out) {
    return row(batch, head, inputs.q(), PositionSlice.contiguous(query, 1), out);
  }

  /** Attention of one joint query; otherwise as {@link #row(int, int, long, float[])}. */
  public float jointRow(int batch, int head, long query, float[] out) {
    if (inputs.jointQ() == null) {
      throw new IllegalStateException("there are no joint queries");
    }
    return row(batch, head, inputs.jointQ(), PositionSlice.joint(query, 1), out);
  }

  private float row(int batch, int head, Tensor queries, PositionSlice query, float[] out) {
    int jointKeys = (int) inputs.jointKeys();
    int keys = (int) problem.shape().seqLenK();
    float[] scores = new float[jointKeys + keys];
    int[] identities = new int[jointKeys + keys];
    if (inputs.jointK() != null) {
      PositionSlice joint = PositionSlice.joint(0, jointKeys);
      scoreKeys(batch, head, queries, query, inputs.jointK(), joint, scores, identities, 0);
    }
    PositionSlice all = PositionSlice.contiguous(0, keys);
    scoreKeys(batch, head, queries, query, inputs.k(), all, scores, identities, jointKeys);

    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    Arrays.fill(out, 0, problem.shape().headDim(), 0);
    if (max == Float.NEGATIVE_INFINITY) {
      return max;
    }
    float sum = 0;
    for (float score : scores) {
      sum += (float) Math.exp(score - max);
    }
    addValues(batch, head, query.identity(0), scores, identities, max, sum, out);
    return max + (float) Math.log(sum);
  }

  private void scoreKeys(
      int batch,
      int head,
      Tensor queries,
      PositionSlice query,
      Tensor k,
      PositionSlice keys,
      float[] scores,
      int[] identities,
      int at) {
    int kvHead = head / problem.shape().groupSize();
    boolean free = query.joint() || keys.joint();
    long position = query.start() + problem.queryOffset();
    float[] queryRow = new float[problem.shape().headDim()];
    float[] keyRow = new float[queryRow.length];
    queries.readRow(queryRow, 0, batch, query.start(), head);
    for (int j = 0; j < keys.length(); j++) {
      identities[at + j] = keys.identity(j);
      scores[at + j] = Float.NEGATIVE_INFINITY;
      if (free || problem.mask().visible(position, j)) {
        k.readRow(keyRow, 0, batch, j, kvHead);
        float dot = 0;
        for (int d = 0; d < keyRow.length; d++) {
          dot += queryRow[d] * keyRow[d];
        }
        float score =
            ScoreRule.capped(problem.dtype().round(dot) * problem.scale(), problem.softcap());
        float slope = free ? 0 : problem.alibi().slope(batch, head);
        scores[at + j] = problem.dtype().round(score - slope * Math.abs(position - j));
      }
    }
  }

  private void addValues(
      int batch,
      int head,
      int queryIdentity,
      float[] scores,
      int[] identities,
      float max,
      float sum,
      float[] out) {
    int kvHead = head / problem.shape().groupSize();
    int jointKeys = (int) inputs.jointKeys();
    int batchHead = batch * problem.shape().heads() + head;
    Dropout dropout = problem.dropout();
    DType dtype = problem.dtype();
    float[] valueRow = new float[problem.shape().headDim()];
    for (int j = 0; j < scores.length; j++) {
      if (scores[j] == Float.NEGATIVE_INFINITY
          || (dropout.enabled() && dropout.drops(batchHead, queryIdentity, identities[j]))) {
        continue;
      }
      float weight = dtype.round((float) Math.exp(scores[j] - max) / sum * dropout.keepScale());
      boolean joint = j < jointKeys;
      Tensor values = joint ? Objects.requireNonNull(inputs.jointV()) : inputs.v();
      values.readRow(valueRow, 0, batch, joint ? j : j - jointKeys, kvHead);
      for (int d = 0; d < valueRow.length; d++) {
        out[d] += weight * valueRow[d];
      }
    }
    for (int d = 0; d < problem.shape().headDim(); d++) {
      out[d] = dtype.round(out[d]);
    }
  }
}
