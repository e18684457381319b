package io.ringflash.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a JVM of its own. */
final class ProgramProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path err;

  private ProgramProcess(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  /**
   * Starts the program in a directory.
   *
   * @param setUp what a shell does before, such as {@code ulimit -f 8}; {@code "$@"} is the program
   */
  static ProgramProcess start(Path directory, String setUp, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", setUp, "sh"));
    command.addAll(java());
    command.addAll(List.of(arguments));
    Path err = directory.resolveSibling(directory.getFileName() + "-" + System.nanoTime() + ".err");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(err.toFile())
            .start();
    return new ProgramProcess(process, err);
  }

  /** The command that starts the program, up to its arguments. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        RingFlashCommand.class.getName());
  }

  long pid() {
    return process.pid();
  }

  /** Its exit code and what it printed, once it has ended. */
  Invocation end() throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the program does not end");
    }
    // The JVM's own words about its options.
    List<String> lines =
        Files.readAllLines(err).stream()
            .filter(line -> !line.startsWith("WARNING: ") && !line.startsWith("Picked up "))
            .toList();
    return new Invocation(process.exitValue(), out, String.join("\n", lines));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(err);
  }
}
