package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.faults.DoomedProcess;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of processes that write outputs, at any instant of creating, writing, syncing and
 * renaming: the old file is there or the new one. A process writes many files, so that one kill
 * finds many writers, each somewhere else.
 */
class KilledWriterTest {
  private static final int LONGEST_LIFE_MILLIS = 40;

  @TempDir Path folder;

  @Test
  void leavesTheOldFileOrTheNewOne() throws Exception {
    kill(75, new Random(0));
  }

  /** 10,000 in all. */
  @Tag("soak")
  @RepeatedTest(20)
  void fiveHundredLeaveTheOldFileOrTheNewOne(RepetitionInfo repetition) throws Exception {
    kill(500, new Random(repetition.getCurrentRepetition()));
  }

  private void kill(int writers, Random random) throws Exception {
    int unfinished = 0;
    int complete = 0;
    for (int killed = 0; killed < writers; killed += OutputWriters.FILES) {
      DoomedProcess.kill(
          OutputWriters.class, random.nextInt(LONGEST_LIFE_MILLIS), folder.toString());
      for (int i = 0; i < OutputWriters.FILES; i++) {
        requireWhole(OutputWriters.file(folder, i));
      }
      for (Path temporary : temporaries()) {
        unfinished++;
        complete += isWhole(temporary) ? 1 : 0;
        Files.delete(temporary);
      }
    }
    System.out.printf(
        "%d writers killed: %d between creating and renaming a file, %d of these after its last byte%n",
        writers, unfinished, complete);
    assertThat(unfinished).isPositive();
  }

  /** All elements of one version. */
  private static void requireWhole(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = TensorFiles.readOne(file, arena);
      assertThat(tensor.size()).isEqualTo(OutputWriters.ELEMENTS);
      float version = tensor.get(0);
      for (int i = 1; i < OutputWriters.ELEMENTS; i++) {
        if (tensor.get(i) != version) {
          throw new AssertionError(file + " has elements of two versions");
        }
      }
    }
  }

  private static boolean isWhole(Path temporary) throws IOException {
    try {
      requireWhole(temporary);
      return true;
    } catch (TensorFileException e) {
      return false;
    }
  }

  private List<Path> temporaries() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".tmp")).toList();
    }
  }
}
