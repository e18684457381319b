package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionShape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantities, shapes, shell words and signs. */
class TextTest {
  @Test
  void quantitiesHaveUnits() {
    assertThat(Units.bytes(999)).isEqualTo("999 B");
    assertThat(Units.bytes(12_600_000)).isEqualTo("12.6 MB");
    assertThat(Units.bytes(307_200)).isEqualTo("307 kB");
    assertThat(Units.flopsPerSecond(35.14e9)).isEqualTo("35.1 GFLOP/s");
    assertThat(Units.flopsPerSecond(1.25e12)).isEqualTo("1.3 TFLOP/s");
    assertThat(Units.seconds(0.0012)).isEqualTo("1.20 ms");
    assertThat(Units.seconds(0.08)).isEqualTo("80 ms");
    assertThat(Units.seconds(61)).isEqualTo("61.00 s");
    assertThat(Units.count(16_384)).isEqualTo("16,384");
    assertThat(Units.error(0)).isEqualTo("0");
    assertThat(Units.error(1.23e-7)).isEqualTo("1.2e-07");
    assertThat(Units.percent(0.4375)).isEqualTo("44 %");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1,2,3,4; 1; 2; 2; 3; 3; 4",
        "1,2,6,4,3; 1; 2; 2; 6; 3; 4",
        "1,2,6,4,3,9; 1; 2; 9; 6; 3; 4"
      })
  void shapesHaveFourToSixSizes(
      String text, int batch, int seqLenQ, int seqLenK, int heads, int kvHeads, int headDim) {
    assertThat(ShapeText.parse(text))
        .isEqualTo(new AttentionShape(batch, seqLenQ, seqLenK, heads, kvHeads, headDim));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "1,2,3", "1,2,3,4,5,6,7", "1,2,3,", "1,2,3,4e3", "99999999999,1,1,1"})
  void otherTextIsNoShape(String text) {
    assertThatThrownBy(() -> ShapeText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("should be");
  }

  @Test
  void wordsSurviveAShell() {
    assertThat(ShellWords.join(List.of("run", "a/b.npy", "cpu:0,cpu:1")))
        .isEqualTo("run a/b.npy cpu:0,cpu:1");
    assertThat(ShellWords.join(List.of("my file", "it's", "")))
        .isEqualTo("'my file' 'it'\\''s' ''");
  }

  @Test
  void signsFitTheTerminal() {
    assertThat(Symbols.in(StandardCharsets.UTF_8).legend()).startsWith("■ full");
    assertThat(Symbols.in(StandardCharsets.US_ASCII).legend()).startsWith("# full");
    assertThat(Symbols.in(StandardCharsets.ISO_8859_1).legend()).startsWith("# full");
  }
}
