package io.ringflash;

import static org.assertj.core.api.Assertions.fail;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Oracle;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;

/**
 * Holds results against the oracle where accuracy is not the point: each element must be NaN, +∞,
 * −∞ or finite as the oracle's is, and finite ones must be roughly right.
 */
final class OracleCheck {
  private final AttentionProblem problem;
  private final double[][] expectedOut;
  private final double[] expectedLse;

  OracleCheck(AttentionProblem problem, AttentionInputs inputs) {
    this.problem = problem;
    AttentionShape shape = problem.shape();
    int queries = (int) shape.seqLenQ();
    Oracle oracle = new Oracle(problem, inputs);
    this.expectedOut = new double[shape.batch() * shape.heads() * queries][shape.headDim()];
    this.expectedLse = new double[expectedOut.length];
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (int i = 0; i < queries; i++) {
          int row = row(b, h, i);
          expectedLse[row] = oracle.row(b, h, i, expectedOut[row]);
        }
      }
    }
  }

  void require(String name, AttentionResult result) {
    require(name, result, false);
  }

  /** As {@link #require}, but an infinite output may be NaN: weights too small for FP32 are 0. */
  void requireReached(String name, AttentionResult result) {
    require(name, result, true);
  }

  private void require(String name, AttentionResult result, boolean infinityMayBeNan) {
    AttentionShape shape = problem.shape();
    Tensor lse = result.lse().orElseThrow();
    float[] out = new float[shape.headDim()];
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.heads(); h++) {
        for (int i = 0; i < shape.seqLenQ(); i++) {
          int row = row(b, h, i);
          String where = "%s, batch %d, head %d, query %d".formatted(name, b, h, i);
          requireAlike(where + ", lse", expectedLse[row], lse.get(b, h, i), DType.FP32);
          result.out().readRow(out, 0, b, i, h);
          for (int d = 0; d < out.length; d++) {
            // An output that overflows the storage type is infinite in it.
            double expected = problem.dtype().round((float) expectedOut[row][d]);
            if (!(infinityMayBeNan && Double.isInfinite(expected) && Float.isNaN(out[d]))) {
              requireAlike(where + ", element " + d, expected, out[d], problem.dtype());
            }
          }
        }
      }
    }
  }

  private int row(int batch, int head, int query) {
    return (batch * problem.shape().heads() + head) * (int) problem.shape().seqLenQ() + query;
  }

  private static void requireAlike(String where, double expected, float actual, DType dtype) {
    boolean alike =
        Double.isFinite(expected)
            ? Math.abs(actual - expected) <= tolerance(dtype) * Math.max(1, Math.abs(expected))
            : Double.compare(expected, actual) == 0;
    if (!alike) {
      fail("%s: should be %s but is %s", where, expected, actual);
    }
  }

  private static double tolerance(DType dtype) {
    return switch (dtype) {
      case FP32 -> 1e-5;
      case FP16 -> 2e-3;
      case BF16 -> 2e-2;
    };
  }
}
