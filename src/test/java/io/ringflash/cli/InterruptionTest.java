package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, in a JVM of its own. */
class InterruptionTest {
  @Test
  void endsTheRunWith130AndLeavesNoFile(@TempDir Path directory) throws Exception {
    Workspace workspace = new Workspace(directory);
    Tensor big = workspace.range(DType.FP16, 1, 60_000, 1, 8);
    workspace.write("x.npy", big);
    List<String> command = new ArrayList<>(defaultSignals());
    command.addAll(ProgramProcess.java());
    command.addAll(
        List.of(
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
            "reference"));
    Process process = new ProcessBuilder(command).directory(directory.toFile()).start();
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

  /**
   * A test run in the background ignores SIGINT, and its children would, too: GNU env undoes that.
   */
  private static List<String> defaultSignals() throws Exception {
    List<String> prefix = List.of("env", "--default-signal=INT");
    List<String> trial = new ArrayList<>(prefix);
    trial.add("true");
    return new ProcessBuilder(trial).start().waitFor() == 0 ? prefix : List.of();
  }
}
