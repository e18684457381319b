package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingTest {
  @Test
  void aListIsOneRing() {
    assertThat(Ring.parse("ptx:0,cpu:3")).singleElement().hasToString("ptx:0,cpu:3");
    assertThat(Ring.parse("ptx:0,cpu:3").getFirst().engines()).isEqualTo("ptx+cpu");
  }

  @Test
  void aRangeIsRingsOfGrowingSize() {
    assertThat(Ring.parse("cpu:2..4"))
        .extracting(Ring::toString)
        .containsExactly("cpu:0,cpu:1", "cpu:0,cpu:1,cpu:2", "cpu:0,cpu:1,cpu:2,cpu:3");
  }

  @Test
  void everyProcessHasItsDevices() {
    Ring ring = Ring.parse("cpu:0,cpu:1").getFirst().over(2);
    assertThat(ring).hasToString("0/cpu:0,0/cpu:1,1/cpu:0,1/cpu:1");
    assertThat(ring.size()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cpu", "cpu:0..2", "cpu:3..2", "cpu:1..2,cpu:7"})
  void whatIsNoRingIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Ring.parse(text));
  }
}
