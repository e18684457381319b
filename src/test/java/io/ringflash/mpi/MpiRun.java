package io.ringflash.mpi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** An {@code mpirun} of JVMs with this test's classes. */
final class MpiRun {
  /** Small JVMs: several of them share a small machine. */
  private static final List<String> JVM =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "--add-modules",
          "jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-Xmx256m",
          "-cp",
          System.getProperty("java.class.path"));

  /** How messages travel between processes of one machine. */
  enum Link {
    SHARED_MEMORY(List.of()),
    TCP(List.of("--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "lo"));

    private final List<String> options;

    Link(List<String> options) {
      this.options = options;
    }
  }

  /** Starts in half the time, but computes each vector in memory of its own. */
  private static final String FIRST_COMPILER = "-XX:TieredStopAtLevel=1";

  /** Seconds by which each process's clock is ahead of the one before, as on unlike machines. */
  static final int CLOCKS_APART = 1000;

  private static final String IN_TIME_NAMESPACE =
      "exec unshare --time --monotonic $((OMPI_COMM_WORLD_RANK * %d)) --fork \"$@\""
          .formatted(CLOCKS_APART);

  private final Link link;
  private final Path directory;
  private final List<String> launcher;
  private final List<String> flags;

  /**
   * @param directory that the processes run in
   */
  MpiRun(Link link, Path directory) {
    this(link, directory, List.of(), List.of());
  }

  private MpiRun(Link link, Path directory, List<String> launcher, List<String> flags) {
    this.link = link;
    this.directory = directory;
    this.launcher = launcher;
    this.flags = flags;
  }

  /**
   * The same for jobs that need no vector kernels, whose JVMs have no use for the slow compiler.
   */
  MpiRun withoutVectors() {
    return new MpiRun(link, directory, launcher, List.of(FIRST_COMPILER));
  }

  /** The same for processes whose clocks are {@value #CLOCKS_APART} s apart. */
  MpiRun withClocksApart() {
    return new MpiRun(link, directory, List.of("sh", "-c", IN_TIME_NAMESPACE, "-"), flags);
  }

  /** Whether there is an {@code mpirun}. */
  static boolean available() {
    return succeeds("mpirun", "--version");
  }

  /** Whether the system lets a test set clocks. */
  static boolean canSetClocks() {
    return succeeds("unshare", "--time", "--monotonic", "1", "--fork", "true");
  }

  private static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Starts {@code processes} of a main class. */
  Process start(int processes, Class<?> main, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("mpirun", "--oversubscribe"));
    command.addAll(link.options);
    command.addAll(List.of("-n", String.valueOf(processes)));
    command.addAll(launcher);
    command.addAll(JVM);
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("OMPI_ALLOW_RUN_AS_ROOT", "1");
    environment.put("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    return builder.start();
  }

  /** What came of a job. */
  record Outcome(int code, String out, String err) {
    /** Lines that are RingFlash's own; mpirun adds some, and Open MPI 5's leaves a NUL behind. */
    List<String> messages() {
      return err.lines().map(String::trim).filter(line -> line.startsWith("ringflash:")).toList();
    }
  }

  /** Runs a job to its end. */
  Outcome run(int processes, Class<?> main, List<String> arguments) throws Exception {
    return outcome(start(processes, main, arguments), 300);
  }

  /** Waits for a job's end. */
  static Outcome outcome(Process process, int seconds) throws Exception {
    try (var out = process.inputReader();
        var err = process.errorReader()) {
      StringBuilder errors = new StringBuilder();
      Thread reader =
          Thread.ofVirtual()
              .start(() -> errors.append(err.lines().collect(Collectors.joining("\n"))));
      String printed = out.lines().collect(Collectors.joining("\n"));
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new AssertionError("the job goes on after %d s".formatted(seconds));
      }
      reader.join();
      return new Outcome(process.exitValue(), printed, errors.toString());
    } finally {
      process.destroyForcibly();
    }
  }
}
