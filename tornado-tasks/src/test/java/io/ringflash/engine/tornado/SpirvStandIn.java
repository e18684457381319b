package io.ringflash.engine.tornado;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Where TornadoVM's SPIR-V backend finds no driver that takes SPIR-V, it keeps TornadoVM from
 * starting. This says of an OpenCL device that it does. Then the backend generates code, which the
 * driver refuses, and OpenCL's devices work as ever.
 */
public final class SpirvStandIn implements BeforeAllCallback {
  private static final String OPENCL = "uk.ac.manchester.tornado.drivers.opencl.OpenCL";
  private static final String SPIRV = "uk.ac.manchester.tornado.drivers.spirv.SPIRVBackendImpl";

  private static boolean done;

  @Override
  public void beforeAll(ExtensionContext context) throws ReflectiveOperationException {
    if (done || !isThere(SPIRV)) {
      return;
    }
    done = true;
    // TornadoVM's options are read with its first class.
    MethodHandles.lookup().ensureInitialized(Backend.class);
    List<Object> devices = openClDevices();
    for (Object device : devices) {
      if ((boolean) device.getClass().getMethod("isSPIRVSupported").invoke(device)) {
        return;
      }
    }
    if (!devices.isEmpty()) {
      Field version = devices.getFirst().getClass().getDeclaredField("spirvVersion");
      version.setAccessible(true);
      version.set(devices.getFirst(), 1.2f);
    }
  }

  private static List<Object> openClDevices() throws ReflectiveOperationException {
    Class<?> openCl = Class.forName(OPENCL);
    List<Object> devices = new ArrayList<>();
    int platforms = (int) openCl.getMethod("getNumPlatforms").invoke(null);
    for (int i = 0; i < platforms; i++) {
      Object platform = openCl.getMethod("getPlatform", int.class).invoke(null, i);
      Field list = platform.getClass().getDeclaredField("devices");
      list.setAccessible(true);
      devices.addAll((List<?>) list.get(platform));
    }
    return devices;
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name, false, SpirvStandIn.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
