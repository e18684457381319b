package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, in a JVM of its own. */
class InterruptionTest {
  @Test
  void endsTheRunWith130AndLeavesNoFile(@TempDir Path directory)
      throws IOException, InterruptedException {
    Workspace workspace = new Workspace(directory);
    Tensor big = workspace.range(DType.FP16, 1, 60_000, 1, 8);
    workspace.write("x.npy", big);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RingFlashCommand.class.getName(),
                "run",
                "--q",
                "x.npy",
                "--k",
                "x.npy",
                "--v",
                "x.npy",
                "--out",
                "out.npy",
                "--dtype",
                "fp32",
                "--attn-type",
                "reference")
            .directory(directory.toFile())
            .start();
    try (BufferedReader err = process.errorReader()) {
      String line = err.readLine();
      while (line != null && !line.startsWith("note:")) {
        line = err.readLine();
      }
      // The note comes just before the computation, which would take minutes.
      Thread.sleep(300);

      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();

      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(err.lines()).isEqualTo(List.of("ringflash: interrupted"));
      assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
      assertThat(workspace.names()).containsExactly("x.npy");
    } finally {
      process.destroyForcibly();
    }
  }
}
