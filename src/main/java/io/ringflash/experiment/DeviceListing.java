package io.ringflash.experiment;

import io.ringflash.engine.AttentionEngine;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.EngineUnavailableException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Engines and their devices, as JSON shows them.
 *
 * @param engines the preferred one first
 */
public record DeviceListing(List<Engine> engines) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * One engine.
   *
   * @param unavailable why it cannot run here, or null if it can
   */
  public record Engine(String name, @Nullable String unavailable, List<DeviceInfo> devices)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Asks every engine. */
  public static DeviceListing of(EngineRegistry registry) {
    return new DeviceListing(registry.engines().stream().map(DeviceListing::ask).toList());
  }

  private static Engine ask(AttentionEngine engine) {
    try {
      return new Engine(engine.name(), null, engine.devices());
    } catch (EngineUnavailableException e) {
      return new Engine(engine.name(), String.valueOf(e.getMessage()), List.of());
    }
  }
}
