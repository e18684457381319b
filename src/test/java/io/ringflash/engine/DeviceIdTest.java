package io.ringflash.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceIdTest {
  @Test
  void listsKeepRankOrder() {
    assertThat(DeviceId.parseList("cpu:1, opencl:0,cpu:0"))
        .containsExactly(new DeviceId("cpu", 1), new DeviceId("opencl", 0), new DeviceId("cpu", 0));
    assertThat(new DeviceId("cpu", 12)).hasToString("cpu:12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cpu", "cpu:", ":1", "cpu:-1", "cpu:01", "CPU:0", "cpu:0:1", "cpu:x"})
  void refusesWhatIsNoDevice(String item) {
    assertThatThrownBy(() -> DeviceId.parseList("cpu:7," + item))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("devices should be a list like cpu:0,cpu:1 but got '%s'", item);
  }

  @Test
  void refusesIndicesBeyondInt() {
    assertThatThrownBy(() -> DeviceId.parseList("cpu:4294967296"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("devices should be a list like cpu:0,cpu:1 but got 'cpu:4294967296'");
  }

  @Test
  void refusesADeviceThatStandsTwice() {
    assertThatThrownBy(() -> DeviceId.parseList("cpu:0,cpu:1,cpu:0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("devices should be listed once each but got cpu:0 twice");
  }
}
