package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.tensor.DType;
import org.junit.jupiter.api.Test;

class AlibiTest {
  /** The values that the paper's own get_slopes prints. */
  @Test
  void standardSlopesOfPowersOfTwo() {
    assertThat(slopes(Alibi.standard(1), 1)).containsExactly(0.00390625f);
    assertThat(slopes(Alibi.standard(2), 2)).containsExactly(0.0625f, 0.00390625f);
    assertThat(slopes(Alibi.standard(8), 8))
        .containsExactly(
            0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.00390625f);
    assertThat(slopes(Alibi.standard(16), 16)).startsWith(power(-0.5), 0.5f, power(-1.5));
  }

  /** As above, for head counts between powers of two. */
  @Test
  void standardSlopesOfOtherNumbers() {
    assertThat(slopes(Alibi.standard(3), 3)).containsExactly(0.0625f, 0.00390625f, 0.25f);
    assertThat(slopes(Alibi.standard(6), 6))
        .containsExactly(0.25f, 0.0625f, 0.015625f, 0.00390625f, 0.5f, 0.125f);
    assertThat(slopes(Alibi.standard(12), 12))
        .startsWith(0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.00390625f)
        .endsWith(power(-0.5), power(-1.5), power(-2.5), power(-3.5));
  }

  @Test
  void slopesPerHeadServeEveryBatchEntry() {
    Alibi alibi = Alibi.perHead(0.5f, 0.25f);
    assertThat(alibi.enabled()).isTrue();
    assertThat(alibi.slope(0, 1)).isEqualTo(0.25f);
    assertThat(alibi.slope(7, 1)).isEqualTo(0.25f);
  }

  @Test
  void slopesPerBatchEntryAndHead() {
    Alibi alibi = Alibi.perBatchAndHead(new float[][] {{1, 2}, {3, 4}, {5, 6}});
    assertThat(alibi.slope(0, 0)).isEqualTo(1);
    assertThat(alibi.slope(1, 1)).isEqualTo(4);
    assertThat(alibi.slope(2, 0)).isEqualTo(5);
  }

  @Test
  void noneBiasesNothing() {
    assertThat(Alibi.NONE.enabled()).isFalse();
    assertThat(Alibi.NONE.slope(3, 5)).isZero();
  }

  @Test
  void callersKeepTheirArrays() {
    float[] given = {0.5f};
    Alibi alibi = Alibi.perHead(given);
    given[0] = 9;
    assertThat(alibi.slope(0, 0)).isEqualTo(0.5f);
  }

  @Test
  void refusesSlopesThatDoNotFit() {
    assertThatThrownBy(() -> problem(Alibi.perHead(1, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alibi slopes should have shape (2) or (3, 2) but got 3 slopes of 3 heads");
    assertThatThrownBy(() -> problem(Alibi.perBatchAndHead(new float[][] {{1, 2}, {1, 2}})))
        .hasMessage("alibi slopes should have shape (2) or (3, 2) but got 4 slopes of 2 heads");
    assertThatThrownBy(() -> Alibi.perBatchAndHead(new float[][] {{1, 2}, {1}}))
        .hasMessage("alibi slopes should have 2 heads in every batch entry but got 1");
  }

  /** An empty file of slopes is a mistake, not a wish for no bias. */
  @Test
  void refusesNoHeads() {
    assertThatThrownBy(() -> Alibi.standard(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("heads should be at least 1 but got 0");
  }

  @Test
  void refusesNoSlopes() {
    assertThatThrownBy(Alibi::perHead)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alibi slopes should be one per head but got none");
    assertThatThrownBy(() -> Alibi.perBatchAndHead(new float[0][]))
        .hasMessage("alibi slopes should be one per head but got none");
  }

  @Test
  void refusesSlopesThatAreNotFinite() {
    assertThatThrownBy(() -> problem(Alibi.perHead(1, Float.NaN)))
        .hasMessage("alibi slopes should be finite but got NaN");
    assertThatThrownBy(() -> problem(Alibi.perHead(Float.NEGATIVE_INFINITY, 1)))
        .hasMessage("alibi slopes should be finite but got -Infinity");
  }

  /** A problem of batch 3 and 2 heads. */
  private static void problem(Alibi alibi) {
    AttentionShape shape = new AttentionShape(3, 4, 4, 2, 1, 8);
    new AttentionProblem(shape, DType.FP32, AttentionMask.NONE, 1, 0, alibi, Dropout.NONE);
  }

  private static float power(double exponent) {
    return (float) Math.pow(2, exponent);
  }

  private static float[] slopes(Alibi alibi, int heads) {
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] = alibi.slope(0, h);
    }
    return slopes;
  }
}
