package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DevicesCommandTest {
  @Test
  void listsTheEmbeddedDevice() {
    Invocation devices = Invocation.of("devices");

    assertThat(devices.code()).isEqualTo(ExitCode.DONE);
    assertThat(devices.out()).contains("cpu:0", "GB", "virtual device");
  }

  @Test
  void anUnavailableEngineSaysWhy(@TempDir Path directory) throws Exception {
    Invocation devices = TestEngines.offer(directory, () -> Invocation.of("devices"));

    assertThat(devices.code()).isEqualTo(ExitCode.DONE);
    assertThat(devices.out())
        .contains("cpu:0")
        .contains("missing is unavailable: no driver: install one");
  }

  @Test
  void jsonHasTheSame(@TempDir Path directory) throws Exception {
    Invocation devices = TestEngines.offer(directory, () -> Invocation.of("devices", "--json"));

    JsonNode engines = JsonMapper.shared().readTree(devices.out()).get("engines");
    assertThat(engines.get(0).get("name").stringValue()).isEqualTo("missing");
    assertThat(engines.get(0).get("unavailable").stringValue()).isEqualTo("no driver: install one");
    assertThat(engines.get(1).get("name").stringValue()).isEqualTo("cpu");
    assertThat(engines.get(1).get("unavailable").isNull()).isTrue();
    assertThat(engines.get(1).get("devices").get(0).get("memoryBytes").longValue()).isPositive();
  }
}
