package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.HaltedWriters.Way;
import io.ringflash.faults.DoomedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} before, after and within every operation on files of every way of writing
 * results: the new file is there if it has got its name, and the old one otherwise.
 */
class KilledOutputTest {
  private static final Set<String> MOMENTS =
      Set.of(
          "OPEN BEFORE",
          "OPEN AFTER",
          "WRITE BEFORE",
          "WRITE HALFWAY",
          "WRITE AFTER",
          "FORCE BEFORE",
          "FORCE AFTER",
          "CLOSE BEFORE",
          "CLOSE AFTER",
          "MOVE BEFORE",
          "MOVE AFTER");

  private static final Pattern LINE =
      Pattern.compile(
          "(?<way>[a-z-]+)/(?<folder>\\d+) process \\d (?<moment>[A-Z]+ [A-Z]+) (?<published>.*)");

  @TempDir Path folder;

  @Test
  void everyFileIsTheOldOneOrTheNewOne() throws Exception {
    kill(0);
  }

  /** More than 10,000 writers in all. */
  @Tag("soak")
  @RepeatedTest(34)
  void everyFileIsTheOldOneOrTheNewOneWhateverItsSize(RepetitionInfo repetition) throws Exception {
    kill(repetition.getCurrentRepetition());
  }

  /**
   * A writer that was killed.
   *
   * @param way in which it wrote
   * @param folder of its files
   * @param moment at which it had stopped
   * @param published files that had got their new content by then
   */
  private record Writer(String way, String folder, String moment, Set<String> published) {
    static Writer parse(String line) {
      Matcher parts = LINE.matcher(line);
      assertThat(parts.matches()).as(line).isTrue();
      return new Writer(
          parts.group("way"),
          parts.group("folder"),
          parts.group("moment"),
          Set.of(parts.group("published").split(",")));
    }
  }

  private void kill(long seed) throws Exception {
    List<Writer> writers =
        DoomedProcess.kill(HaltedWriters.class, 0, folder.toString(), String.valueOf(seed)).stream()
            .map(Writer::parse)
            .toList();
    for (Way way : HaltedWriters.WAYS) {
      Set<String> moments = new HashSet<>();
      for (Writer writer : writers) {
        if (writer.way().equals(way.name())) {
          requireWhole(way, writer);
          moments.add(writer.moment());
        }
      }
      assertThat(moments).as(way.name()).containsAll(MOMENTS);
    }
    System.out.printf("%d writers killed%n", writers.size());
  }

  private void requireWhole(Way way, Writer writer) throws IOException {
    Path own = folder.resolve(way.name()).resolve(writer.folder());
    for (String name : way.files()) {
      Path file = own.resolve(name);
      boolean complete = Files.exists(file) && same(way, HaltedWriters.NEW, file);
      boolean untouched =
          way.replaces() ? same(way, HaltedWriters.OLD, file) : Files.notExists(file);
      // Another process that writes files of its own does not stop where this one does.
      boolean either = !way.shared() && (untouched || complete);
      assertThat(writer.published().contains(name) ? complete : untouched || either)
          .as("%s of %s", name, writer)
          .isTrue();
    }
    try (Stream<Path> files = Files.list(own)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .as("files of %s", writer)
          .allMatch(name -> way.files().contains(name) || name.matches("\\.(out|lse).*\\.tmp"));
    }
  }

  private boolean same(Way way, String version, Path file) throws IOException {
    Path expected = folder.resolve(way.name()).resolve(version).resolve(file.getFileName());
    return Files.mismatch(expected, file) < 0;
  }
}
