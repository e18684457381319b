package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a system does to a program: the program fails in one line, and its output stays whole. */
class StressTest {
  private static final String RUN = "exec \"$@\"";
  private static final int TOKENS = 64;

  private Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeInputs(@TempDir Path parent) throws IOException {
    directory = Files.createDirectory(parent.resolve("work"));
    workspace = new Workspace(directory);
    workspace.write("x.npy", workspace.range(DType.FP32, 1, TOKENS, 2, 32));
  }

  /** Of 16 KB of results, 8 fit. */
  @Test
  void anOutputWithoutRoomLeavesTheOldOne() throws Exception {
    Files.writeString(workspace.path("out.npy"), "old");
    // A shell's unit is half a KB, or a whole one.
    try (ProgramProcess program = run("ulimit -f 8; " + RUN, "x.npy")) {
      Invocation end = program.end();
      assertThat(end.err()).matches("ringflash: out.npy: should be writable but got: .*");
      assertThat(end.err().lines()).hasSize(1);
      assertThat(end.code()).isEqualTo(ExitCode.FAILED);
    }
    assertThat(workspace.path("out.npy")).hasContent("old");
    assertThat(workspace.names()).containsExactly("out.npy", "x.npy");
  }

  @Test
  void aClosedStandardOutputIsAFailure() throws Exception {
    try (ProgramProcess program = run(RUN + " >&-", "x.npy")) {
      Invocation end = program.end();
      assertThat(end.err()).isEqualTo("ringflash: standard output could not be written");
      assertThat(end.code()).isEqualTo(ExitCode.FAILED);
    }
    assertThat(workspace.read("out.npy").size()).isEqualTo(TOKENS * 2 * 32);
  }

  /** Both compute; the output is one of the two, and whole. */
  @Test
  void twoRunsMayShareDevicesAndOutput() throws Exception {
    workspace.write("y.npy", workspace.range(DType.FP32, 1, TOKENS / 2, 2, 32));
    try (ProgramProcess first = run(RUN, "x.npy");
        ProgramProcess second = run(RUN, "y.npy")) {
      assertThat(first.end().code()).isEqualTo(ExitCode.DONE);
      assertThat(second.end().code()).isEqualTo(ExitCode.DONE);
    }
    Tensor out = workspace.read("out.npy");
    assertThat(out.dim(1)).isIn((long) TOKENS, (long) TOKENS / 2);
    assertThat(workspace.names()).containsExactly("out.npy", "x.npy", "y.npy");
  }

  /** A mapped file that loses its pages must not take the JVM down. */
  @Test
  void anInputCutShortWhileItIsMapped() throws Exception {
    Path input = workspace.path("big.npy");
    workspace.write("big.npy", workspace.range(DType.FP32, 1, 60_000, 1, 8));
    try (ProgramProcess program = run(RUN, "big.npy", "--attn-type", "reference")) {
      awaitMapping(program.pid(), input);
      try (FileChannel channel = FileChannel.open(input, StandardOpenOption.WRITE)) {
        channel.truncate(200);
      }
      Invocation end = program.end();
      assertThat(end.err()).contains("perhaps an input was cut short while it was read");
      assertThat(end.err().lines()).hasSize(1);
      assertThat(end.code()).isEqualTo(ExitCode.FAILED);
    }
    assertThat(workspace.names()).containsExactly("big.npy", "x.npy");
  }

  @Test
  void pipesAreNoFiles() throws Exception {
    Path pipe = workspace.path("pipe.npy");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    Invocation read = workspace.invoke("run --q @pipe.npy --k @x.npy --v @x.npy --out @out.npy");
    Invocation written = workspace.invoke("run --q @x.npy --k @x.npy --v @x.npy --out @pipe.npy");
    for (Invocation run : new Invocation[] {read, written}) {
      assertThat(run.err()).contains("pipe.npy: should be a regular file but is a device or pipe");
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }
  }

  @Test
  void linksToAnInputAreTheInput() throws IOException {
    Files.createSymbolicLink(workspace.path("soft.npy"), workspace.path("x.npy"));
    Files.createLink(workspace.path("hard.npy"), workspace.path("x.npy"));
    for (String link : new String[] {"soft.npy", "hard.npy"}) {
      Invocation run = workspace.invoke("run --q @x.npy --k @x.npy --v @x.npy --out @" + link);
      assertThat(run.err()).contains(link + ": an output should be a file of its own");
      assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }
    assertThat(workspace.read("x.npy").dim(1)).isEqualTo(TOKENS);
  }

  private ProgramProcess run(String setUp, String input, String... more) throws IOException {
    String[] arguments = {
      "run",
      "--q",
      input,
      "--k",
      input,
      "--v",
      input,
      "--out",
      "out.npy",
      "--devices",
      "cpu:0,cpu:1"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return ProgramProcess.start(directory, setUp, all);
  }

  /** Until q, k and v are mapped. */
  private static void awaitMapping(long pid, Path file) throws IOException, InterruptedException {
    Path maps = Path.of("/proc", String.valueOf(pid), "maps");
    assumeTrue(Files.exists(maps), "needs Linux");
    while (Files.readString(maps).split(file.getFileName().toString(), -1).length <= 3) {
      Thread.sleep(5);
    }
  }
}
