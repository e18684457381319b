package io.ringflash.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a JVM of its own that ends by {@code kill -9}. */
public final class DoomedProcess {
  /** What such a program prints when it may be killed. */
  public static final String READY = "ready";

  private static final int KILLED = 128 + 9;

  private DoomedProcess() {}

  /**
   * Starts a program and kills it some time after it is ready.
   *
   * @param program has the main method
   * @param millis from the line {@link #READY} on
   * @return the lines before that one
   */
  public static List<String> kill(Class<?> program, long millis, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      List<String> lines = readUntilReady(out);
      Thread.sleep(millis);
      process.destroyForcibly();
      if (process.waitFor() != KILLED) {
        throw new AssertionError("the program ended with " + process.exitValue());
      }
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> readUntilReady(BufferedReader out) throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = out.readLine();
      if (line == null) {
        throw new AssertionError("the program ended by itself: " + String.join("\n", lines));
      }
      if (line.equals(READY)) {
        return lines;
      }
      // The JVM's own words about its options.
      if (!line.startsWith("WARNING: ")) {
        lines.add(line);
      }
    }
  }
}
