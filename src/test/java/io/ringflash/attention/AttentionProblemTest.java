package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionProblemTest {
  private static final AttentionShape SHAPE = new AttentionShape(1, 3, 5, 1, 1, 64);

  @Test
  void defaults() {
    AttentionProblem problem = AttentionProblem.plain(SHAPE, DType.BF16);
    assertThat(problem.scale()).isEqualTo(0.125f);
    assertThat(problem.mask().masks()).isFalse();
    assertThat(problem.softcap()).isZero();
    assertThat(problem.alibi().enabled()).isFalse();
    assertThat(problem.dropout().enabled()).isFalse();
  }

  @Test
  void queriesAreAlignedWithTheLastKeys() {
    assertThat(AttentionProblem.plain(SHAPE, DType.FP32).queryOffset()).isEqualTo(2);
    AttentionShape fewKeys = new AttentionShape(1, 5, 3, 1, 1, 1);
    assertThat(AttentionProblem.plain(fewKeys, DType.FP32).queryOffset()).isEqualTo(-2);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesScalesThatAreNotFinite(float scale) {
    assertThatThrownBy(() -> problem(scale, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale should be finite but got " + scale);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, Float.NaN, Float.POSITIVE_INFINITY})
  void refusesSoftcapsThatBoundNothing(float softcap) {
    assertThatThrownBy(() -> problem(1, softcap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("softcap should be 0 (off) or positive and finite but got " + softcap);
  }

  private static AttentionProblem problem(float scale, float softcap) {
    return new AttentionProblem(
        SHAPE, DType.FP32, AttentionMask.NONE, scale, softcap, Alibi.NONE, Dropout.NONE);
  }
}
