package io.ringflash.engine.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Memory of this machine (or container). */
public final class HostMemory {
  private static final Path MACHINE = Path.of("/proc/meminfo");
  private static final Path PROCESS = Path.of("/proc/self/status");
  private static final long KIB = 1024;

  private HostMemory() {}

  static long totalBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /**
   * Bytes that could be allocated now: what Linux estimates to be available or free for swapping,
   * but no more than a container leaves beside what this process has. File caches count as free:
   * they give way. On other systems, all memory.
   */
  public static long availableBytes() {
    try {
      String machine = Files.readString(MACHINE);
      long available = kibibytes(machine, "MemAvailable") + kibibytes(machine, "SwapFree");
      long own = kibibytes(Files.readString(PROCESS), "RssAnon");
      return Math.min(available * KIB, totalBytes() - own * KIB);
    } catch (IOException e) {
      return totalBytes();
    }
  }

  private static long kibibytes(String text, String name) throws IOException {
    Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+) kB$").matcher(text);
    if (!line.find()) {
      throw new IOException("no %s".formatted(name));
    }
    return Long.parseLong(line.group(1));
  }
}
