package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @Test
  void unitsAreTheirFactors() {
    assertThat(Quantity.bytesPerSecond("54GB/s")).isEqualTo(54e9);
    assertThat(Quantity.bytesPerSecond("400 Gbit/s")).isEqualTo(50e9);
    assertThat(Quantity.seconds("10us")).isCloseTo(10e-6, within(1e-12));
    assertThat(Quantity.seconds("1.5µs")).isCloseTo(1.5e-6, within(1e-12));
    assertThat(Quantity.bytes("24GB")).isEqualTo(24_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"54", "GB/s", "54 GB", "54gb/s", "-1GB/s", "1e3GB/s", "10us"})
  void aSpeedWithoutItsUnitIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.bytesPerSecond(text))
        .withMessageContaining(text);
  }

  @Test
  void refusesWhatNothingHas() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantity.bytes("1000000000.1 GB"))
        .withMessage("should be at most 1e18 but got '1000000000.1 GB'");
    assertThatIllegalArgumentException().isThrownBy(() -> Quantity.seconds("9".repeat(400) + "s"));
    assertThat(Quantity.bytes("1000000000GB")).isEqualTo(1_000_000_000_000_000_000L);
  }
}
