package io.ringflash.engine.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Memory of this machine (or container). */
final class HostMemory {
  private HostMemory() {}

  static long totalBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
