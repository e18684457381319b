package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine is held against the oracle, so the oracle is held against pen and paper. */
class OracleTest {
  private static final double TINY = 1e-12;
  private static final float LOG_3 = (float) Math.log(3);

  private final Arena arena = Arena.ofAuto();

  /** Scores ln 3 and 0: weights 3/4 and 1/4. */
  @Test
  void twoKeysByHand() {
    double[] out = new double[1];
    double lse = oracle(AttentionMask.NONE, 1, LOG_3, 0).row(0, 0, 0, out);
    assertThat(lse).isCloseTo(Math.log(4), offset(1e-7));
    assertThat(out[0]).isCloseTo(0.75 * 8 + 0.25 * 16, offset(1e-6));
  }

  @Test
  void causalByHand() {
    Oracle oracle = oracle(AttentionMask.CAUSAL, 2, LOG_3, 0);
    double[] out = new double[1];
    assertThat(oracle.row(0, 0, 0, out)).isEqualTo(LOG_3);
    assertThat(out[0]).isEqualTo(8);
    assertThat(oracle.row(0, 0, 1, out)).isCloseTo(Math.log(4), offset(1e-7));
    assertThat(out[0]).isCloseTo(10, offset(1e-6));
  }

  @Test
  void aRowThatSeesNothing() {
    double[] out = {5};
    double lse = oracle(AttentionMask.CAUSAL, 3, LOG_3, 0).row(0, 0, 0, out);
    assertThat(lse).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(out).containsExactly(0);
  }

  /** exp(2000) is no double; the difference of the scores is what counts. */
  @Test
  void scoresFarFromZero() {
    double[] out = new double[1];
    double lse = oracle(AttentionMask.NONE, 1, 2000, 2000).row(0, 0, 0, out);
    assertThat(lse).isCloseTo(2000 + Math.log(2), offset(1e-9));
    assertThat(out[0]).isEqualTo(12);
  }

  @Test
  void hiddenNanStaysHidden() {
    Oracle oracle = oracle(AttentionMask.CAUSAL, 2, LOG_3, Float.NaN);
    double[] out = new double[1];
    assertThat(oracle.row(0, 0, 0, out)).isEqualTo(LOG_3);
    assertThat(out[0]).isEqualTo(8);
    assertThat(oracle.row(0, 0, 1, out)).isNaN();
    assertThat(out[0]).isNaN();
  }

  @Test
  void jointRowsNeedJointQueries() {
    assertThatThrownBy(() -> oracle(AttentionMask.NONE, 1, 0).jointRow(0, 0, 0, new double[1]))
        .isInstanceOf(IllegalStateException.class);
  }

  static Stream<AttentionProblem> problems() {
    List<AttentionProblem> problems = new ArrayList<>();
    AttentionShape square = new AttentionShape(2, 9, 9, 4, 2, 5);
    for (AttentionShape shape :
        List.of(
            square,
            new AttentionShape(1, 4, 11, 6, 1, 3),
            new AttentionShape(2, 11, 4, 2, 2, 8),
            new AttentionShape(1, 3, 0, 1, 1, 2))) {
      for (AttentionMask mask :
          List.of(
              AttentionMask.NONE,
              AttentionMask.CAUSAL,
              new AttentionMask(false, 2, 1),
              new AttentionMask(true, 3, -1),
              new AttentionMask(false, -1, 0),
              new AttentionMask(false, 0, -1))) {
        problems.add(problem(shape, mask, 0, Alibi.NONE, Dropout.NONE));
      }
      Alibi alibi = Alibi.standard(shape.heads());
      problems.add(problem(shape, AttentionMask.NONE, 1.5f, Alibi.NONE, Dropout.NONE));
      problems.add(problem(shape, AttentionMask.NONE, 0, alibi, Dropout.NONE));
      problems.add(problem(shape, AttentionMask.NONE, 0, Alibi.NONE, new Dropout(0.4f, 3)));
      problems.add(problem(shape, AttentionMask.CAUSAL, 2, alibi, new Dropout(0.3f, 8)));
    }
    Alibi perBatch = Alibi.perBatchAndHead(new float[][] {{1, 0, 0.5f, 2}, {0.1f, 3, 0, 0.2f}});
    problems.add(problem(square, AttentionMask.NONE, 0, perBatch, Dropout.NONE));
    return problems.stream();
  }

  @ParameterizedTest
  @MethodSource("problems")
  void matrixAttention(AttentionProblem problem) {
    requireSame(problem, SmallInputs.of(arena, problem, 0, 0));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void matrixAttentionWithJointTokens(AttentionProblem problem) {
    requireSame(problem, SmallInputs.of(arena, problem, 3, 2));
  }

  private static void requireSame(AttentionProblem problem, AttentionInputs inputs) {
    Oracle oracle = new Oracle(problem, inputs);
    MatrixAttention matrix = new MatrixAttention(problem, inputs);
    double[] out = new double[problem.shape().headDim()];
    for (int b = 0; b < problem.shape().batch(); b++) {
      for (int h = 0; h < problem.shape().heads(); h++) {
        MatrixAttention.Result expected = matrix.sequence(b, h);
        for (int i = 0; i < problem.shape().seqLenQ(); i++) {
          requireSame(expected, i, oracle.row(b, h, i, out), out);
        }
        MatrixAttention.Result expectedJoint = matrix.joint(b, h);
        for (int i = 0; i < inputs.jointQueries(); i++) {
          requireSame(expectedJoint, i, oracle.jointRow(b, h, i, out), out);
        }
      }
    }
  }

  private static void requireSame(
      MatrixAttention.Result expected, int row, double lse, double[] out) {
    assertThat(out).containsExactly(expected.out()[row], offset(TINY));
    if (expected.lse()[row] == Double.NEGATIVE_INFINITY) {
      assertThat(lse).isEqualTo(Double.NEGATIVE_INFINITY);
    } else {
      assertThat(lse).isCloseTo(expected.lse()[row], offset(TINY));
    }
  }

  /** One head of dimension 1, queries 1, keys as given, values 8, 16, 24, … */
  private Oracle oracle(AttentionMask mask, int queries, float... keys) {
    AttentionShape shape = new AttentionShape(1, queries, keys.length, 1, 1, 1);
    Tensor q = Tensor.allocate(arena, DType.FP32, shape.queryShape());
    Tensor k = Tensor.allocate(arena, DType.FP32, shape.keyShape());
    Tensor v = Tensor.allocate(arena, DType.FP32, shape.keyShape());
    for (int i = 0; i < queries; i++) {
      q.set(1, 0, i, 0, 0);
    }
    for (int j = 0; j < keys.length; j++) {
      k.set(keys[j], 0, j, 0, 0);
      v.set(8 * (j + 1), 0, j, 0, 0);
    }
    AttentionProblem problem =
        new AttentionProblem(shape, DType.FP32, mask, 1, 0, Alibi.NONE, Dropout.NONE);
    return new Oracle(problem, new AttentionInputs(q, k, v));
  }

  private static AttentionProblem problem(
      AttentionShape shape, AttentionMask mask, float softcap, Alibi alibi, Dropout dropout) {
    return new AttentionProblem(shape, DType.FP32, mask, 0.7f, softcap, alibi, dropout);
  }
}
