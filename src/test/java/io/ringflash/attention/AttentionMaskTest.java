package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Masks as rows of 0 and 1, a row per query, as FlashAttention's documentation draws them. */
class AttentionMaskTest {
  @Test
  void causalAlignsTheLastQueryWithTheLastKey() {
    assertThat(drawn(AttentionMask.CAUSAL, 2, 5))
        .isEqualTo(
            """
            1 1 1 1 0
            1 1 1 1 1
            """);
    assertThat(drawn(AttentionMask.CAUSAL, 5, 2))
        .isEqualTo(
            """
            0 0
            0 0
            0 0
            1 0
            1 1
            """);
  }

  @Test
  void windowOnBothSides() {
    assertThat(drawn(new AttentionMask(false, 1, 1), 5, 5))
        .isEqualTo(
            """
            1 1 0 0 0
            1 1 1 0 0
            0 1 1 1 0
            0 0 1 1 1
            0 0 0 1 1
            """);
  }

  @Test
  void windowOnOneSide() {
    assertThat(drawn(new AttentionMask(false, -1, 1), 4, 4))
        .isEqualTo(
            """
            1 1 0 0
            1 1 1 0
            1 1 1 1
            1 1 1 1
            """);
    assertThat(drawn(new AttentionMask(false, 1, -1), 4, 4))
        .isEqualTo(
            """
            1 1 1 1
            1 1 1 1
            0 1 1 1
            0 0 1 1
            """);
  }

  @Test
  void windowOfUnlikeLengths() {
    assertThat(drawn(new AttentionMask(false, 0, 1), 2, 5))
        .isEqualTo(
            """
            0 0 0 1 1
            0 0 0 0 1
            """);
    assertThat(drawn(new AttentionMask(false, 1, 0), 5, 3))
        .isEqualTo(
            """
            0 0 0
            0 0 0
            1 0 0
            1 1 0
            0 1 1
            """);
  }

  @Test
  void causalCutsTheWindowsRightSide() {
    AttentionMask both = new AttentionMask(true, 1, 3);
    assertThat(drawn(both, 4, 4))
        .isEqualTo(drawn(new AttentionMask(false, 1, 0), 4, 4))
        .isEqualTo(
            """
            1 0 0 0
            1 1 0 0
            0 1 1 0
            0 0 1 1
            """);
  }

  @Test
  void noMaskHidesNothing() {
    assertThat(drawn(AttentionMask.NONE, 3, 2)).isEqualTo("1 1\n1 1\n1 1\n");
    assertThat(AttentionMask.NONE.masks()).isFalse();
    assertThat(AttentionMask.CAUSAL.masks()).isTrue();
    assertThat(new AttentionMask(false, 0, -1).masks()).isTrue();
    assertThat(new AttentionMask(false, -1, 0).masks()).isTrue();
  }

  @Test
  void hugeWindowsAreNoLimit() {
    AttentionMask huge = new AttentionMask(false, Long.MAX_VALUE, Long.MAX_VALUE);
    long last = AttentionShape.MAX_SEQ_LEN;
    assertThat(huge.visible(last, 0)).isTrue();
    assertThat(huge.visible(-last, last)).isTrue();
  }

  @Test
  void refusesWindowsBelowMinusOne() {
    assertThatThrownBy(() -> new AttentionMask(false, -2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("window should be two numbers of at least -1 but got -2,0");
    assertThatThrownBy(() -> new AttentionMask(true, 4, -7))
        .hasMessage("window should be two numbers of at least -1 but got 4,-7");
  }

  private static String drawn(AttentionMask mask, int seqLenQ, int seqLenK) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < seqLenQ; i++) {
      for (int j = 0; j < seqLenK; j++) {
        rows.append(j == 0 ? "" : " ").append(mask.visible(i + seqLenK - seqLenQ, j) ? 1 : 0);
      }
      rows.append('\n');
    }
    return rows.toString();
  }
}
