package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  private static final int SIDE = 400;

  @ParameterizedTest
  @ValueSource(floats = {0.001f, 0.1f, 0.5f, 0.75f, 0.999f})
  void dropsWithItsProbability(float probability) {
    Dropout dropout = new Dropout(probability, 42);
    double share = 0;
    for (int query = 0; query < SIDE; query++) {
      for (int key = 0; key < SIDE; key++) {
        share += dropout.drops(3, query, key) ? 1.0 / (SIDE * SIDE) : 0;
      }
    }
    double deviation = Math.sqrt(probability * (1 - probability)) / SIDE;
    assertThat(share).isCloseTo(probability, offset(4 * deviation));
    assertThat(dropout.keepScale()).isCloseTo(1 / (1 - probability), offset(1e-3f));
  }

  @Test
  void zeroDropsNothing() {
    assertThat(Dropout.NONE.enabled()).isFalse();
    assertThat(Dropout.NONE.keepScale()).isEqualTo(1);
    Dropout zero = new Dropout(0, 9);
    assertThat(zero.enabled()).isFalse();
    for (int key = 0; key < SIDE * SIDE; key++) {
      assertThat(zero.drops(0, 0, key)).isFalse();
    }
  }

  /** The largest probability below 1: a threshold that wrapped around would drop nothing. */
  @Test
  void almostOneDropsAlmostEverything() {
    Dropout dropout = new Dropout(Math.nextDown(1f), 7);
    for (int key = 0; key < SIDE * SIDE; key++) {
      assertThat(dropout.drops(0, 0, key)).isTrue();
    }
  }

  @Test
  void everyCoordinateAndTheSeedMatter() {
    Dropout dropout = new Dropout(0.5f, 42);
    assertThat(agreement(dropout, 0, 0, dropout, 0, 0)).isEqualTo(1);
    requireIndependent(agreement(dropout, 0, 0, dropout, 1, 0));
    requireIndependent(agreement(dropout, 0, 0, dropout, 0, 1));
    requireIndependent(agreement(dropout, 0, 0, new Dropout(0.5f, 43), 0, 0));
    requireIndependent(agreement(dropout, 0, 0, new Dropout(0.5f, 42 + (1L << 32)), 0, 0));
  }

  @Test
  void jointTokensAreNotTheSequencesTokens() {
    Dropout dropout = new Dropout(0.5f, 42);
    int jointQuery = PositionSlice.joint(0, 1).identity(0);
    int query = PositionSlice.contiguous(0, 1).identity(0);
    requireIndependent(agreement(dropout, 0, jointQuery, dropout, 0, query));
    int equal = 0;
    for (int key = 0; key < SIDE * SIDE; key++) {
      int joint = PositionSlice.joint(key, 1).identity(0);
      equal += dropout.drops(0, 0, joint) == dropout.drops(0, 0, key) ? 1 : 0;
    }
    requireIndependent((double) equal / (SIDE * SIDE));
  }

  /** The layout of counters that other engines have to reproduce. */
  @Test
  void fourNeighbouringKeysShareABlockOfTheGenerator() {
    Dropout dropout = new Dropout(0.5f, 0x123456789abcdefL);
    for (int key = 0; key < 64; key++) {
      int word = Philox.word(key / 4, 17, 5, 0, 0x123456789abcdefL, key % 4);
      assertThat(dropout.drops(5, 17, key)).isEqualTo(word >= 0);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1, 1.5f, Float.NaN, Float.POSITIVE_INFINITY})
  void refusesWhatIsNoProbability(float probability) {
    assertThatThrownBy(() -> new Dropout(probability, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout should be in [0, 1) but got " + probability);
  }

  /** How often two rows of weights agree: 1/2 for independent ones, at probability 1/2. */
  private static double agreement(
      Dropout first, int firstHead, int firstQuery, Dropout second, int secondHead, int query) {
    int equal = 0;
    for (int key = 0; key < SIDE * SIDE; key++) {
      boolean drops = first.drops(firstHead, firstQuery, key);
      equal += drops == second.drops(secondHead, query, key) ? 1 : 0;
    }
    return (double) equal / (SIDE * SIDE);
  }

  private static void requireIndependent(double agreement) {
    assertThat(agreement).isCloseTo(0.5, offset(4 * 0.5 / SIDE));
  }
}
