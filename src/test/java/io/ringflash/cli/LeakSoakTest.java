package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.OffHeap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand runs, and a thousand that fail, leave the process as it was. */
@Tag("soak")
class LeakSoakTest {
  private static final int RUNS = 1000;

  /** What the JVM compiles and caches comes early. */
  private static final int WARM_UP = 2000;

  private static final long NOISE_BYTES = 8 << 20;

  /**
   * What the process holds.
   *
   * @param residentBytes of physical memory
   * @param offHeapBytes of tensors and devices
   * @param threads of any kind
   * @param descriptors open files
   */
  private record Holdings(long residentBytes, long offHeapBytes, int threads, long descriptors) {
    static Holdings now() throws IOException, InterruptedException {
      for (int i = 0; i < 5; i++) {
        System.gc();
        Thread.sleep(500);
      }
      Matcher resident =
          Pattern.compile("VmRSS:\\s+(\\d+) kB")
              .matcher(Files.readString(Path.of("/proc/self/status")));
      assertThat(resident.find()).isTrue();
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return new Holdings(
            Long.parseLong(resident.group(1)) << 10,
            OffHeap.liveBytes(),
            Thread.getAllStackTraces().size(),
            open.count());
      }
    }
  }

  @Test
  void runsLeaveNothing(@TempDir Path directory, @TempDir Path services) throws Exception {
    soak(directory, services, "cpu:0,cpu:1,cpu:2,cpu:3", ExitCode.DONE);
  }

  @Test
  void failingRunsLeaveNothing(@TempDir Path directory, @TempDir Path services) throws Exception {
    soak(directory, services, "cpu:0,failing:0,cpu:2,cpu:3", ExitCode.FAILED);
  }

  private static void soak(Path directory, Path services, String devices, int code)
      throws Exception {
    Workspace workspace = new Workspace(directory);
    workspace.writeInputs();
    String command =
        "run --q @q.npy --k @k.npy --v @v.npy --joint-k @jk.npy --joint-v @jv.npy --causal"
            + " --check-blocks --out @out.npy --lse @lse.npy --devices "
            + devices;
    TestEngines.offer(
        services,
        () -> {
          repeat(workspace, command, WARM_UP, code);
          Holdings before = Holdings.now();
          repeat(workspace, command, RUNS, code);
          Holdings after = Holdings.now();
          System.out.printf("%s%n%s%n%s%n", devices, before, after);
          assertThat(after.residentBytes()).isLessThan(before.residentBytes() + NOISE_BYTES);
          assertThat(after.offHeapBytes()).isEqualTo(before.offHeapBytes());
          assertThat(after.threads()).isLessThanOrEqualTo(before.threads());
          assertThat(after.descriptors()).isEqualTo(before.descriptors());
          return after;
        });
  }

  private static void repeat(Workspace workspace, String command, int times, int code) {
    for (int i = 0; i < times; i++) {
      assertThat(workspace.invoke(command).code()).isEqualTo(code);
    }
  }
}
