package io.ringflash.engine.tornado;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.EngineUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** A backend that was found in this JVM. */
final class Backend {
  private static final String RECOVER = "tornado.recover.bailout";

  static {
    // TornadoVM reads these once. Its defaults
    // - turn a kernel that fails into sequential Java and, at times, wrong numbers,
    // - refuse memory that the device has,
    // - flush a queue before waiting for it, after which Mesa's rusticl does not wait at all,
    // - clear room for 32,768 events per argument at every launch, most of a launch's time,
    // - ask for Level Zero also where it is not installed,
    // - keep values out of variables in SPIR-V in a way that does not end for a large kernel.
    setUnlessGiven(RECOVER, "False");
    setUnlessGiven("tornado.device.memory", "1024TB");
    setUnlessGiven("tornado.vmflush", "False");
    setUnlessGiven("tornado.max.events", "64");
    setUnlessGiven("tornado.spirv.runtimes", SpirvRuntimes.installed());
    setUnlessGiven("tornado.spirv.loadstore", "False");
  }

  private final String name;
  private final List<TornadoDevice> devices;

  private Backend(String name, List<TornadoDevice> devices) {
    this.name = name;
    this.devices = devices;
  }

  /**
   * @throws EngineUnavailableException if TornadoVM cannot run, or runs without this backend
   */
  static Backend find(String name, String type, String requirement) {
    if (!System.getProperty(RECOVER).equalsIgnoreCase("false")) {
      throw new EngineUnavailableException(
          "TornadoVM should run with -D%s=False but got %s: otherwise kernels that fail are silently replaced"
              .formatted(RECOVER, System.getProperty(RECOVER)));
    }
    TornadoRuntime runtime = runtime();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      String foundType = runtime.getBackendType(i).name();
      found.add(foundType.toLowerCase(java.util.Locale.ROOT));
      if (foundType.equals(type)) {
        return new Backend(
            name,
            IntStream.range(0, backend.getNumDevices()).mapToObj(backend::getDevice).toList());
      }
    }
    throw new EngineUnavailableException(
        "this TornadoVM has only %s: install an SDK with the %s backend (see 'sdk list tornadovm'); it needs %s"
            .formatted(String.join(", ", found), name, requirement));
  }

  List<DeviceInfo> devices() {
    return IntStream.range(0, devices.size()).mapToObj(this::describe).toList();
  }

  /**
   * @throws EngineUnavailableException if there is no such device
   */
  void require(int index) {
    if (index >= devices.size()) {
      throw new EngineUnavailableException(
          "%s devices should be one of %s but got %s:%d"
              .formatted(
                  name,
                  devices().stream().map(DeviceInfo::id).collect(Collectors.joining(", ")),
                  name,
                  index));
    }
  }

  AttentionDevice open(int index) {
    return new TornadoAttentionDevice(describe(index), (TornadoXPUDevice) devices.get(index));
  }

  private DeviceInfo describe(int index) {
    TornadoDevice device = devices.get(index);
    String id = name + ":" + index;
    boolean cpu = device.getDeviceType() == TornadoDeviceType.CPU;
    List<String> kernels =
        FoldForm.Kernel.vectors(id, cpu)
            ? List.of(FoldForm.Kernel.VECTOR.label())
            : TensorCores.of(id, (TornadoXPUDevice) device).kernels();
    String description =
        "%s (%s; kernels %s)"
            .formatted(
                device.getPhysicalDevice().getDeviceName(),
                device.getPlatformName(),
                String.join(", ", kernels));
    return new DeviceInfo(
        id,
        description,
        device.getMaxGlobalMemory(),
        device.getPhysicalDevice().getDeviceMaxComputeUnits(),
        cpu);
  }

  private static TornadoRuntime runtime() {
    if (Start.RUNTIME == null) {
      throw new EngineUnavailableException(
          "TornadoVM does not start (%s): install the drivers of its backends, or an SDK without them"
              .formatted(Start.FAILURE));
    }
    return Start.RUNTIME;
  }

  /** The one attempt to start TornadoVM: a second one would fail without the reason. */
  private static final class Start {
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    static final @Nullable TornadoRuntime RUNTIME;
    static final String FAILURE;

    static {
      TornadoRuntime runtime = null;
      String failure = "";
      try {
        runtime = NativeOutput.toError(TornadoRuntimeProvider::getTornadoRuntime);
      } catch (RuntimeException | ExceptionInInitializerError e) {
        Throwable reason = e;
        while (reason.getCause() != null) {
          reason = reason.getCause();
        }
        failure = COLOUR.matcher(reason.toString()).replaceAll("");
      }
      RUNTIME = runtime;
      FAILURE = failure;
    }
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
