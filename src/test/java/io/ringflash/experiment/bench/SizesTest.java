package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @Test
  void aSingleValueIsAList() {
    assertThat(Sizes.parse("4096").values()).containsExactly(4096);
  }

  @Test
  void aListKeepsItsOrderAndLosesRepetitions() {
    assertThat(Sizes.parse("4k,900,1m,4096").values()).containsExactly(4096, 900, 1 << 20);
  }

  @Test
  void aRangeDoubles() {
    assertThat(Sizes.parse("1k..8k,3").values()).containsExactly(1024, 2048, 4096, 8192, 3);
    assertThat(Sizes.parse("5..5").values()).containsExactly(5);
  }

  @Test
  void aRangeEndsAtADoublingOfItsStart() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sizes.parse("1k..7k"))
        .withMessageContaining("1k..7k");
    assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse("8k..1k"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "k", "1g", "1k..", "..1k", "1..2..4", "1,,2", "4000m"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse(text));
  }
}
