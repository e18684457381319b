package io.ringflash.experiment.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where, when and with what a run was made: enough to make it again.
 *
 * @param date local, to the second
 * @param command line
 * @param commit of the program
 * @param machine the host's processor
 * @param cores that the JVM may use
 * @param memoryBytes of the host
 * @param os operating system
 * @param jvm vendor and version
 * @param devices what engines say of the devices used
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Environment(
    String date,
    String command,
    String commit,
    String machine,
    int cores,
    long memoryBytes,
    String os,
    String jvm,
    List<String> devices) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** This process's. */
  public static Environment here(String command, String commit, List<String> devices) {
    OperatingSystemMXBean host =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Environment(
        LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        command,
        commit,
        processor(),
        host.getAvailableProcessors(),
        host.getTotalMemorySize(),
        "%s %s %s".formatted(host.getName(), host.getVersion(), host.getArch()),
        "%s %s".formatted(System.getProperty("java.vm.name"), Runtime.version()),
        devices);
  }

  /**
   * What has to be equal for measurements to stand in one table: program, machine and JVM.
   *
   * @return the first that differs, in words; empty if none does
   */
  String difference(Environment other) {
    return Stream.of(
            differ("commit", commit, other.commit),
            differ("machine", machine, other.machine),
            differ("number of cores", String.valueOf(cores), String.valueOf(other.cores)),
            differ("JVM", jvm, other.jvm))
        .filter(difference -> !difference.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String differ(String what, String here, String there) {
    return here.equals(there) ? "" : "%s %s there, %s here".formatted(what, there, here);
  }

  /** The name that Linux has for it, with its widest vector instructions. */
  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      List<String> all = lines.toList();
      String flags = value(all, "flags");
      String vectors =
          flags.contains("avx512f") ? ", AVX-512" : flags.contains("avx2") ? ", AVX2" : "";
      return value(all, "model name") + vectors;
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
