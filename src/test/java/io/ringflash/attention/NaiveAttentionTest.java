package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The baseline of the accuracy rule must be right itself: a bad one would allow anything. */
class NaiveAttentionTest {
  private static final AttentionShape SHAPE = new AttentionShape(2, 60, 75, 4, 2, 32);

  private final Arena arena = Arena.ofAuto();

  @ParameterizedTest
  @EnumSource
  void errsByRoundingAlone(DType dtype) {
    for (AttentionMask mask : new AttentionMask[] {AttentionMask.NONE, AttentionMask.CAUSAL}) {
      requireSmallError(problem(dtype, mask, 0, Alibi.NONE, Dropout.NONE));
      requireSmallError(
          problem(dtype, mask, 5, Alibi.standard(SHAPE.heads()), new Dropout(0.3f, 6)));
    }
  }

  @Test
  void jointRowsNeedJointQueries() {
    AttentionProblem problem = AttentionProblem.plain(SHAPE, DType.FP32);
    NaiveAttention naive = new NaiveAttention(problem, SmallInputs.of(arena, problem, 0, 0));
    assertThatThrownBy(() -> naive.jointRow(0, 0, 0, new float[32]))
        .isInstanceOf(IllegalStateException.class);
  }

  private void requireSmallError(AttentionProblem problem) {
    AttentionInputs inputs = SmallInputs.of(arena, problem, 2, 5);
    Oracle oracle = new Oracle(problem, inputs);
    NaiveAttention naive = new NaiveAttention(problem, inputs);
    double[] expected = new double[SHAPE.headDim()];
    float[] actual = new float[SHAPE.headDim()];
    for (int head = 0; head < SHAPE.heads(); head++) {
      for (int i = 0; i < SHAPE.seqLenQ(); i++) {
        double lse = oracle.row(1, head, i, expected);
        requireClose(problem.dtype(), naive.row(1, head, i, actual), lse);
        for (int d = 0; d < expected.length; d++) {
          requireClose(problem.dtype(), actual[d], expected[d]);
        }
      }
      double lse = oracle.jointRow(1, head, 1, expected);
      requireClose(problem.dtype(), naive.jointRow(1, head, 1, actual), lse);
    }
  }

  /** Scores of a few units, each rounded twice, and weights, outputs rounded once. */
  private static void requireClose(DType dtype, float actual, double expected) {
    double unit =
        switch (dtype) {
          case FP32 -> 0x1p-24;
          case FP16 -> 0x1p-11;
          case BF16 -> 0x1p-8;
        };
    assertThat(Math.abs(actual - expected)).isLessThan(16 * unit * Math.max(1, Math.abs(expected)));
  }

  private static AttentionProblem problem(
      DType dtype, AttentionMask mask, float softcap, Alibi alibi, Dropout dropout) {
    float scale = AttentionProblem.defaultScale(SHAPE.headDim());
    return new AttentionProblem(SHAPE, dtype, mask, scale, softcap, alibi, dropout);
  }
}
