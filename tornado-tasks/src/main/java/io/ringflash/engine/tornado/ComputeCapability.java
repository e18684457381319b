package io.ringflash.engine.tornado;

import java.lang.reflect.Method;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** What NVIDIA calls its GPUs' generations. */
final class ComputeCapability {
  /** Other platforms, PoCL's among them, may have the same GPUs, but take no PTX. */
  private static final String OPENCL_PLATFORM = "NVIDIA CUDA";

  private ComputeCapability() {}

  /** The first number of a device's compute capability, or 0 where no PTX runs. */
  static int major(TornadoXPUDevice device) {
    return switch (device.getTornadoVMBackend()) {
      case PTX -> (int) call(call(device.getPhysicalDevice(), "getComputeCapability"), "getMajor");
      case OPENCL ->
          device.getPlatformName().contains(OPENCL_PLATFORM)
              ? new OpenClLibrary()
                  .majorCapability((long) call(device.getPhysicalDevice(), "getDevicePointer"))
              : 0;
      default -> 0;
    };
  }

  /** A backend's classes are not there to compile against in every SDK. */
  private static Object call(Object target, String name) {
    try {
      Method method = target.getClass().getMethod(name);
      return method.invoke(target);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of TornadoVM is not supported", e);
    }
  }
}
