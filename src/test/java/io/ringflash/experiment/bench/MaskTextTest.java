package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ringflash.attention.AttentionMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTextTest {
  @Test
  void everyWordStandsForAMask() {
    assertThat(MaskText.parseList("full,causal,window:128:0,causal+window:512:-1"))
        .containsExactly(
            AttentionMask.NONE,
            AttentionMask.CAUSAL,
            new AttentionMask(false, 128, 0),
            new AttentionMask(true, 512, -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "causal", "window:128:0", "causal+window:512:-1"})
  void masksAreWrittenAsTheyAreRead(String word) {
    assertThat(MaskText.of(MaskText.parseList(word).getFirst())).isEqualTo(word);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "cause", "window:1", "window:1,2", "+window:1:2", "causal+", "window:-2:0"})
  void whatIsNoMaskIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> MaskText.parseList(text));
  }
}
