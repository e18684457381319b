package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.cli.RingFlashCommand;
import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process is lost: the job ends, says so once, and leaves nothing behind. */
@EnabledIf("io.ringflash.mpi.MpiRun#available")
class MpiFailureTest {
  private static final int PROCESSES = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"KILL, 2, SHARED_MEMORY, died", "STOP, 0, TCP, gave no sign of life for 6 s"})
  void isSaidOnce(String signal, int victim, Link link, String what) throws Exception {
    requireSaidOnce(signal, victim, link, what);
  }

  @Tag("soak")
  @ParameterizedTest
  @CsvSource({
    "KILL, 0, SHARED_MEMORY, died",
    "KILL, 2, TCP, died",
    "STOP, 1, SHARED_MEMORY, gave no sign of life for 6 s"
  })
  void isSaidOnceWhicheverAndHow(String signal, int victim, Link link, String what)
      throws Exception {
    requireSaidOnce(signal, victim, link, what);
  }

  private void requireSaidOnce(String signal, int victim, Link link, String what) throws Exception {
    Process job =
        new MpiRun(link, directory)
            .withoutVectors()
            .start(PROCESSES, RingFlashCommand.class, minutes());
    try {
      long pid = awaitRank(job, victim);
      Thread.sleep(500); // The others hear of it.
      long start = System.nanoTime();
      new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor();
      Outcome outcome = MpiRun.outcome(job, 60);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(outcome.code()).isNotZero();
      assertThat(outcome.messages())
          .singleElement()
          .satisfies(message -> assertThat(message).matches(expected(victim, what)));
      requireNothingLeft();
    } finally {
      job.destroyForcibly();
    }
  }

  private static String expected(int victim, String what) {
    return "ringflash: process %d on \\S+ %s; last heard of: (not computing|%s, %s)"
        .formatted(victim, what, position(2 * victim, 0), position(2 * victim + 1, 1));
  }

  private static String position(int rank, int device) {
    return "rank %d \\(cpu:%d\\) at step \\d+".formatted(rank, device);
  }

  @Test
  void aRefusalIsThatOfTheJob() throws Exception {
    List<String> arguments = new ArrayList<>(minutes());
    arguments.set(arguments.indexOf("reference"), "tensor");
    Outcome outcome =
        new MpiRun(Link.SHARED_MEMORY, directory)
            .withoutVectors()
            .run(PROCESSES, RingFlashCommand.class, arguments);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.messages()).hasSize(1);
    assertThat(outcome.messages().getFirst()).contains("attn-type of cpu:", "but got 'tensor'");
    requireNothingLeft();
  }

  /** A run that would take minutes. */
  private List<String> minutes() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor zeros = Tensor.allocate(arena, DType.FP32, 1, 60_000, 1, 8);
      TensorFiles.write(directory.resolve("x.npy"), Map.of("x", zeros));
    }
    return List.of(
        ("run --q x.npy --k x.npy --v x.npy --out out.npy --devices cpu:0,cpu:1"
                + " --attn-type reference")
            .split(" "));
  }

  private void requireNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("x.npy");
    }
    String mark = directory.toString();
    assertThat(ProcessHandle.allProcesses().filter(process -> runsIn(process, mark))).isEmpty();
  }

  /** Waits until a process of the job computes; its number in the system. */
  private long awaitRank(Process job, int process) throws Exception {
    while (job.isAlive()) {
      for (ProcessHandle child : job.children().toList()) {
        if (computes(child, process)) {
          return child.pid();
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError(MpiRun.outcome(job, 1).err());
  }

  /** Whether a child of mpirun is that process, and one of its ranks has begun. */
  private static boolean computes(ProcessHandle handle, int process) {
    Path directory = Path.of("/proc/" + handle.pid());
    try (Stream<Path> threads = Files.list(directory.resolve("task"))) {
      String variable = "\0OMPI_COMM_WORLD_RANK=%d\0".formatted(process);
      if (!Files.readString(directory.resolve("environ")).contains(variable)) {
        return false;
      }
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).contains("rank-")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // A process or thread that has just ended.
    }
  }

  private static boolean runsIn(ProcessHandle process, String directory) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
          .toString()
          .equals(directory);
    } catch (IOException e) {
      return false;
    }
  }
}
