package io.ringflash.engine.cpu.onednn;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ringflash.engine.EngineUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OneDnnTest {
  @Test
  void saysWhatIsMissing() {
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> OneDnn.load("libnothing.so.3"))
        .withMessageContaining("attn-type 'onednn' needs oneDNN 3")
        .withMessageContaining("libnothing.so.3");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void refusesAnotherLibrary() {
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> OneDnn.load("libc.so.6"))
        .withMessageContaining("dnnl_version");
  }
}
