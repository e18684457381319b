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
    JsonNode missing = named(engines, "missing");
    assertThat(missing.get("unavailable").stringValue()).isEqualTo("no driver: install one");
    JsonNode cpu = named(engines, "cpu");
    assertThat(cpu.get("unavailable").isNull()).isTrue();
    assertThat(cpu.get("devices").get(0).get("memoryBytes").longValue()).isPositive();
  }

  /** Engines that the machine happens to offer, too, stand beside those of the test. */
  private static JsonNode named(JsonNode engines, String name) {
    return engines
        .valueStream()
        .filter(engine -> engine.get("name").stringValue().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
