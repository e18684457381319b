package io.ringflash.attention;

import io.ringflash.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;

/**
 * Softmax attention by its definition, one row at a time, in FP64: what every engine is held
 * against. It shares no tiled or online code with the engines.
 */
public final class Oracle {
  private final AttentionProblem problem;
  private final AttentionInputs inputs;
  private final PositionSlice keys;
  private final PositionSlice jointKeys;

  public Oracle(AttentionProblem problem, AttentionInputs inputs) {
    this.problem = problem;
    this.inputs = inputs;
    this.keys = PositionSlice.contiguous(0, problem.shape().seqLenK());
    this.jointKeys = PositionSlice.joint(0, inputs.jointKeys());
  }

  /**
   * Attention of one query of the sequence.
   *
   * @param out receives headDim elements; zeros for a query that sees no key
   * @return natural logarithm of the sum of exponentiated scores, −∞ for a query that sees no key
   */
  public double row(int batch, int head, long query, double[] out) {
    return row(batch, head, inputs.q(), query, false, out);
  }

  /** Attention of one joint query; otherwise as {@link #row(int, int, long, double[])}. */
  public double jointRow(int batch, int head, long query, double[] out) {
    if (inputs.jointQ() == null) {
      throw new IllegalStateException("there are no joint queries");
    }
    return row(batch, head, inputs.jointQ(), query, true, out);
  }

  private double row(int batch, int head, Tensor queries, long query, boolean joint, double[] out) {
    int kvHead = head / problem.shape().groupSize();
    float[] q = new float[problem.shape().headDim()];
    queries.readRow(q, 0, batch, query, head);
    float[] k = new float[q.length];
    double[] scores = new double[(int) (jointKeys.length() + keys.length())];
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (int j = 0; j < jointKeys.length(); j++) {
      scores[j] = capped(dot(q, k, Objects.requireNonNull(inputs.jointK()), batch, j, kvHead));
    }
    long position = query + problem.queryOffset();
    float slope = joint ? 0 : problem.alibi().slope(batch, head);
    for (int j = 0; j < keys.length(); j++) {
      if (joint || problem.mask().visible(position, j)) {
        double score = capped(dot(q, k, inputs.k(), batch, j, kvHead));
        scores[(int) jointKeys.length() + j] = score - slope * Math.abs((double) position - j);
      }
    }
    PositionSlice row = joint ? PositionSlice.joint(query, 1) : PositionSlice.contiguous(query, 1);
    return softmaxTimesValues(batch, head, kvHead, row.identity(0), scores, out);
  }

  private double capped(double dot) {
    double score = problem.scale() * dot;
    double cap = problem.softcap();
    return cap > 0 ? cap * Math.tanh(score / cap) : score;
  }

  private static double dot(float[] q, float[] k, Tensor keys, int batch, long key, int kvHead) {
    keys.readRow(k, 0, batch, key, kvHead);
    double sum = 0;
    for (int d = 0; d < q.length; d++) {
      sum += (double) q[d] * k[d];
    }
    return sum;
  }

  private double softmaxTimesValues(
      int batch, int head, int kvHead, int queryIdentity, double[] scores, double[] out) {
    Arrays.fill(out, 0, problem.shape().headDim(), 0);
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    if (max == Double.NEGATIVE_INFINITY) {
      return max;
    }
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score - max);
    }
    if (Double.isNaN(sum)) {
      // It divides the whole row, even one that dropout leaves without a key.
      Arrays.fill(out, 0, problem.shape().headDim(), Double.NaN);
      return sum;
    }
    float[] v = new float[problem.shape().headDim()];
    Dropout dropout = problem.dropout();
    double keep = dropout.enabled() ? 1 / (1 - (double) dropout.probability()) : 1;
    int batchHead = batch * problem.shape().heads() + head;
    for (int j = 0; j < scores.length; j++) {
      boolean isJoint = j < jointKeys.length();
      long key = isJoint ? j : j - jointKeys.length();
      int keyIdentity = (isJoint ? jointKeys : keys).identity(key);
      // A key that the query does not see contributes nothing, not even 0 · NaN.
      if (scores[j] == Double.NEGATIVE_INFINITY
          || (dropout.enabled() && dropout.drops(batchHead, queryIdentity, keyIdentity))) {
        continue;
      }
      double weight = Math.exp(scores[j] - max) / sum * keep;
      Tensor values = isJoint ? Objects.requireNonNull(inputs.jointV()) : inputs.v();
      values.readRow(v, 0, batch, key, kvHead);
      for (int d = 0; d < v.length; d++) {
        out[d] += weight * v[d];
      }
    }
    return max + Math.log(sum);
  }
}
