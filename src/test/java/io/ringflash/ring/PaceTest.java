package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringflash.engine.DeviceInfo;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final double SECOND = 1e9;

  private final Pace processor = Pace.planned(new DeviceInfo("cpu:0", "", 0, 4, true));
  private final Pace accelerator = Pace.planned(new DeviceInfo("ptx:0", "", 0, 100, false));

  @Test
  void theLimitFollowsFromTheWork() {
    assertThat(processor.foldLimit(4e9) / SECOND).isCloseTo(128 * 1.5, within(1e-6));
    assertThat(processor.foldLimit(4e12) / SECOND).isCloseTo(128 * 1000.5, within(1e-6));
    assertThat(accelerator.foldLimit(4e12) / SECOND).isCloseTo(128 * 4.5, within(1e-6));
    assertThat(processor.transferLimit(2_000_000_000) / SECOND).isCloseTo(128 * 2.5, within(1e-6));
  }

  /** Compilers of drivers take minutes for a kernel. */
  @Test
  void compilingHasTime() {
    assertThat(accelerator.preparationLimit(0, true) / SECOND).isGreaterThan(30 * 60);
    assertThat(processor.preparationLimit(0, false)).isEqualTo(processor.transferLimit(0));
  }

  @Test
  void aDeviceThatWasSeenToBeFastIsExpectedToStaySo() {
    accelerator.observe(30e12, (long) SECOND);
    assertThat(accelerator.foldLimit(30e12) / SECOND).isCloseTo(128 * 1.5, within(1e-6));
    accelerator.observe(1e9, (long) SECOND);
    assertThat(accelerator.foldLimit(30e12) / SECOND).isCloseTo(128 * 1.5, within(1e-6));
  }

  /** A small fold says nothing of the speed, a hidden block nothing at all. */
  @Test
  void theLimitIsNeverLongerThanPlanned() {
    processor.observe(1000, (long) SECOND);
    processor.observe(0, 0);
    assertThat(processor.foldLimit(4e9) / SECOND).isCloseTo(128 * 1.5, within(1e-6));
  }
}
