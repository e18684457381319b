package io.ringflash.engine.tornado;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttentionEngine;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineUnavailableException;
import java.util.List;

/**
 * One backend of TornadoVM. It loads none of TornadoVM's classes until it is asked for devices, so
 * that the program runs, and can say what is missing, where there is no TornadoVM.
 */
abstract class TornadoEngine implements AttentionEngine {
  private final String name;
  private final String backendType;
  private final int priority;
  private final String requirement;

  /**
   * @param name the part of a device's name before the colon
   * @param backendType as TornadoVM calls it
   * @param priority among engines
   * @param requirement what the backend needs besides TornadoVM
   */
  TornadoEngine(String name, String backendType, int priority, String requirement) {
    this.name = name;
    this.backendType = backendType;
    this.priority = priority;
    this.requirement = requirement;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public int priority() {
    return priority;
  }

  @Override
  public final List<DeviceInfo> devices() {
    return backend().devices();
  }

  @Override
  public List<AttentionDevice> open(List<Integer> indices) {
    Backend backend = backend();
    for (int index : indices) {
      backend.require(index);
    }
    return indices.stream().<AttentionDevice>map(backend::open).toList();
  }

  private Backend backend() {
    try {
      return Backend.find(name, backendType, requirement);
    } catch (LinkageError e) {
      throw new EngineUnavailableException(notStarted(e));
    }
  }

  private static String notStarted(LinkageError cause) {
    return "this JVM was started without TornadoVM (%s): install its SDK (see 'sdk list tornadovm'), set TORNADOVM_HOME unless it is in ~/.sdkman, and start with scripts/ringflash or java @$TORNADOVM_HOME/tornado-argfile"
        .formatted(cause);
  }
}
