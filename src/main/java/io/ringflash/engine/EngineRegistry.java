package io.ringflash.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The engines of this program: those given, and those that the class path offers as services. */
public final class EngineRegistry {
  private final List<AttentionEngine> engines;

  public EngineRegistry(List<AttentionEngine> engines) {
    this.engines =
        engines.stream()
            .sorted(Comparator.comparingInt(AttentionEngine::priority).reversed())
            .toList();
  }

  /** {@code builtIn} and every engine found by {@link ServiceLoader}. */
  public static EngineRegistry withServices(AttentionEngine... builtIn) {
    List<AttentionEngine> engines = new ArrayList<>(List.of(builtIn));
    ServiceLoader.load(AttentionEngine.class).forEach(engines::add);
    return new EngineRegistry(engines);
  }

  /** Engines, the preferred one first. */
  public List<AttentionEngine> engines() {
    return engines;
  }

  /**
   * @throws EngineUnavailableException if there is no engine of that name
   */
  public AttentionEngine engine(String name) {
    return engines.stream()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new EngineUnavailableException(
                "engine should be one of %s but got '%s'"
                    .formatted(
                        engines.stream()
                            .map(AttentionEngine::name)
                            .collect(Collectors.joining(", ")),
                        name)));
  }

  /**
   * The devices to use when the user names none: all accelerators of the preferred engine that has
   * any, otherwise the last engine's, which is the embedded one. Another engine's view of the
   * host's own CPU is used only when it is named.
   */
  public List<DeviceId> defaultDevices() {
    for (AttentionEngine engine : engines) {
      List<DeviceId> accelerators = accelerators(engine);
      if (!accelerators.isEmpty()) {
        return accelerators;
      }
    }
    return List.of(new DeviceId(engines.getLast().name(), 0));
  }

  private static List<DeviceId> accelerators(AttentionEngine engine) {
    List<DeviceId> ids = new ArrayList<>();
    try {
      List<DeviceInfo> devices = engine.devices();
      for (int i = 0; i < devices.size(); i++) {
        if (!devices.get(i).hostProcessor()) {
          ids.add(new DeviceId(engine.name(), i));
        }
      }
    } catch (EngineUnavailableException e) {
      // Then it has none; "ringflash devices" says why.
    }
    return ids;
  }

  /**
   * Opens devices in rank order. Each engine opens all of its devices at once; if one cannot be
   * opened, those that were are closed again.
   *
   * @throws EngineUnavailableException if a device cannot be opened
   */
  public List<AttentionDevice> open(List<DeviceId> ids) {
    Map<String, List<Integer>> indices = new LinkedHashMap<>();
    for (DeviceId id : ids) {
      indices.computeIfAbsent(id.engine(), name -> new ArrayList<>()).add(id.index());
    }
    Map<DeviceId, AttentionDevice> opened = new LinkedHashMap<>();
    try {
      indices.forEach((name, list) -> {
        List<AttentionDevice> devices = engine(name).open(list);
        for (int i = 0; i < list.size(); i++) {
          opened.put(new DeviceId(name, list.get(i)), devices.get(i));
        }
      });
    } catch (Throwable e) {
      opened.values().forEach(device -> closeAfter(e, device));
      throw e;
    }
    return ids.stream().map(opened::get).toList();
  }

  /** Closes a device of no use; the failure that made it so is the one to report. */
  private static void closeAfter(Throwable failure, AttentionDevice device) {
    try {
      device.close();
    } catch (Throwable e) {
      failure.addSuppressed(e);
    }
  }
}
