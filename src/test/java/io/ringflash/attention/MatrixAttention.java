package io.ringflash.attention;

import io.ringflash.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attention the way a text book writes it down: the whole matrix of scores, the whole matrix of
 * weights, a product. Written for the oracle's test, from the numerics contract alone.
 */
final class MatrixAttention {
  private static final int JOINT = 1 << 31;

  private final AttentionProblem problem;
  private final AttentionInputs inputs;

  /** {@code [query][headDim]}, then {@code [query]}. */
  record Result(double[][] out, double[] lse) {}

  MatrixAttention(AttentionProblem problem, AttentionInputs inputs) {
    this.problem = problem;
    this.inputs = inputs;
  }

  /** All queries of the sequence, for one batch entry and head. */
  Result sequence(int batch, int head) {
    return attend(matrix(inputs.q(), batch, head), batch, head, false);
  }

  /** All joint queries, for one batch entry and head. */
  Result joint(int batch, int head) {
    return attend(matrix(inputs.jointQ(), batch, head), batch, head, true);
  }

  private Result attend(double[][] q, int batch, int head, boolean jointQueries) {
    int kvHead = head * problem.shape().kvHeads() / problem.shape().heads();
    double[][] jointK = matrix(inputs.jointK(), batch, kvHead);
    double[][] k = concatenated(jointK, matrix(inputs.k(), batch, kvHead));
    double[][] v =
        concatenated(matrix(inputs.jointV(), batch, kvHead), matrix(inputs.v(), batch, kvHead));
    double[][] out = new double[q.length][problem.shape().headDim()];
    double[] lse = new double[q.length];
    for (int i = 0; i < q.length; i++) {
      double[] exponentials = new double[k.length];
      for (int j = 0; j < k.length; j++) {
        boolean free = jointQueries || j < jointK.length;
        exponentials[j] = exponential(q[i], k[j], batch, head, i, j - jointK.length, free);
      }
      double sum = Arrays.stream(exponentials).sum();
      lse[i] = Math.log(sum);
      for (int j = 0; j < k.length; j++) {
        double weight = sum == 0 ? 0 : exponentials[j] / sum;
        weight *= dropoutFactor(batch, head, i, jointQueries, j, jointK.length);
        for (int d = 0; d < out[i].length; d++) {
          out[i][d] += weight * v[j][d];
        }
      }
    }
    return new Result(out, lse);
  }

  /** exp(score): without the largest score taken off, which small scores don't need. */
  private double exponential(
      double[] q, double[] k, int batch, int head, int i, int j, boolean free) {
    double dot = 0;
    for (int d = 0; d < q.length; d++) {
      dot += q[d] * k[d];
    }
    double score = problem.scale() * dot;
    if (problem.softcap() != 0) {
      score = problem.softcap() * Math.tanh(score / problem.softcap());
    }
    if (free) {
      return Math.exp(score);
    }
    long p = i + problem.shape().seqLenK() - problem.shape().seqLenQ();
    AttentionMask mask = problem.mask();
    boolean hidden =
        (mask.causal() && j > p)
            || (mask.left() >= 0 && j < p - mask.left())
            || (mask.right() >= 0 && j > p + mask.right());
    double bias = problem.alibi().slope(batch, head) * (double) Math.abs(p - j);
    return hidden ? 0 : Math.exp(score - bias);
  }

  private double dropoutFactor(
      int batch, int head, int i, boolean jointQuery, int column, int jointKeys) {
    double probability = problem.dropout().probability();
    int query = jointQuery ? i | JOINT : i;
    int key = column < jointKeys ? column | JOINT : column - jointKeys;
    int batchHead = batch * problem.shape().heads() + head;
    if (probability == 0) {
      return 1;
    }
    return problem.dropout().drops(batchHead, query, key) ? 0 : 1 / (1 - probability);
  }

  private static double[][] matrix(@Nullable Tensor tensor, int batch, int head) {
    if (tensor == null) {
      return new double[0][];
    }
    double[][] rows = new double[(int) tensor.dim(1)][(int) tensor.dim(3)];
    for (int i = 0; i < rows.length; i++) {
      for (int d = 0; d < rows[i].length; d++) {
        rows[i][d] = tensor.get(batch, i, head, d);
      }
    }
    return rows;
  }

  private static double[][] concatenated(double[][] first, double[][] second) {
    double[][] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
