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
import java.time.Instant;
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
  private static final int DEVICES = 2;

  private static final String RUN =
      "run --q x.npy --k x.npy --v x.npy --out out.npy --devices cpu:0,cpu:1 --attn-type reference";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"KILL, 2, 1, fold:5, SHARED_MEMORY", "STOP, 0, 0, write, TCP"})
  void isSaidOnce(String signal, int process, int device, String moment, Link link)
      throws Exception {
    requireSaidOnce(signal, process, device, moment, link);
  }

  /** From the first block's load to the output's writing, which only the first process begins. */
  @Tag("soak")
  @ParameterizedTest
  @CsvSource({
    "KILL, 0, 0, load:0, TCP",
    "KILL, 1, 1, fold:0, SHARED_MEMORY",
    "KILL, 2, 0, fold:3, TCP",
    "KILL, 0, 1, fold:4, SHARED_MEMORY",
    "KILL, 1, 0, finish, TCP",
    "KILL, 2, 0, write, SHARED_MEMORY",
    "STOP, 1, 0, load:0, SHARED_MEMORY",
    "STOP, 2, 1, fold:0, TCP",
    "STOP, 0, 0, fold:3, SHARED_MEMORY",
    "STOP, 1, 1, fold:4, TCP",
    "STOP, 2, 0, finish, SHARED_MEMORY",
    "STOP, 1, 0, write, SHARED_MEMORY"
  })
  void isSaidOnceWheneverAndHow(String signal, int process, int device, String moment, Link link)
      throws Exception {
    requireSaidOnce(signal, process, device, moment, link);
  }

  private void requireSaidOnce(String signal, int process, int device, String moment, Link link)
      throws Exception {
    writeInput(6000);
    List<String> arguments =
        new ArrayList<>(
            List.of(String.valueOf(process), String.valueOf(device), moment, signal, "struck"));
    arguments.addAll(List.of(RUN.replace("cpu:", "struck:").split(" ")));
    Outcome outcome =
        new MpiRun(link, directory).withoutVectors().run(PROCESSES, StruckJob.class, arguments);
    Instant end = Instant.now();

    Path mark = directory.resolve("struck");
    Duration took = Duration.between(Files.getLastModifiedTime(mark).toInstant(), end);
    Files.delete(mark);
    assertThat(took).isLessThan(Duration.ofSeconds(10));
    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.messages())
        .singleElement()
        .satisfies(
            message -> assertThat(message).matches(expected(signal, process, device, moment)));
    requireNothingLeft();
  }

  /**
   * What is said of a process names the step of its rank that was struck. Over TCP, Open MPI 4 may
   * end another one at once, which is then named beside it.
   */
  private static String expected(String signal, int process, int device, String moment) {
    String what =
        signal.equals("KILL")
            ? "(died|has been silent for as long)"
            : "gave no sign of life for 4 s";
    String known = moment.startsWith("fold:") ? moment.substring("fold:".length()) : "\\d+";
    List<String> positions = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      positions.add(
          "rank %d \\(struck:%d\\) at step %s"
              .formatted(DEVICES * process + i, i, i == device ? known : "\\d+"));
    }
    String doing = String.join(", ", positions);
    if (moment.equals("write")) {
      // Which has only just begun.
      doing = "(writing results|not computing|%s)".formatted(doing);
    }
    return "ringflash: (process .*; )?process %d on \\S+ %s; last heard of: %s(; process .*)?"
        .formatted(process, what, doing);
  }

  @Test
  void aRefusalIsThatOfTheJob() throws Exception {
    writeInput(600);
    List<String> arguments = List.of(RUN.replace("reference", "tensor").split(" "));
    Outcome outcome =
        new MpiRun(Link.SHARED_MEMORY, directory)
            .withoutVectors()
            .run(PROCESSES, RingFlashCommand.class, arguments);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.messages()).hasSize(1);
    assertThat(outcome.messages().getFirst()).contains("attn-type of cpu:", "but got 'tensor'");
    requireNothingLeft();
  }

  private void writeInput(long tokens) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor zeros = Tensor.allocate(arena, DType.FP32, 1, tokens, 1, 8);
      TensorFiles.write(directory.resolve("x.npy"), Map.of("x", zeros));
    }
  }

  private void requireNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("x.npy");
    }
    String mark = directory.toString();
    assertThat(ProcessHandle.allProcesses().filter(process -> runsIn(process, mark))).isEmpty();
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
