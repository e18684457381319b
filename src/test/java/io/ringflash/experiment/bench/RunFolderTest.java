package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.experiment.Golden;
import io.ringflash.faults.DiskError;
import io.ringflash.faults.FaultyFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
  private static final Environment HERE =
      new Environment(
          "2026-11-25T22:17:00",
          "scripts/ringflash bench --save sweep",
          "4f52e56",
          "Some Processor, AVX-512",
          2,
          24_000_000_000L,
          "Linux 6.1 amd64",
          "OpenJDK 64-Bit Server VM 25.0.3+9",
          List.of("cpu:0: virtual device, 512-bit vectors, 2 threads"));

  @TempDir private Path results;

  @Test
  void whatWasKeptIsReadAgain() {
    RunFolder folder = RunFolder.open(results, "sweep", HERE);
    folder.add(Records.measurement(10));
    folder.finish(List.of(Records.measurement(10)), List.of());

    SavedRun saved = SavedRun.load(folder.path());
    assertThat(saved.environment()).isEqualTo(HERE);
    assertThat(saved.measurements()).containsExactly(Records.measurement(10));
    assertThat(SavedRun.load(folder.path().resolve("records.jsonl")).records())
        .containsExactly(Records.measurement(10).record());
  }

  @Test
  void anInterruptedRunGoesOnWithWhatItHad() throws IOException {
    RunFolder interrupted = RunFolder.open(results, "sweep", HERE);
    interrupted.add(Records.measurement(10));
    // The process died while it wrote a line.
    Files.writeString(
        interrupted.path().resolve("measurements.jsonl"),
        "{\"record\":{\"eng",
        StandardOpenOption.APPEND);

    RunFolder resumed = RunFolder.open(results, "sweep", HERE);
    assertThat(resumed.path()).isEqualTo(interrupted.path());
    assertThat(resumed.earlier()).containsExactly(Records.measurement(10));
    resumed.add(Records.measurement(20));
    assertThat(SavedRun.load(resumed.path()).measurements())
        .containsExactly(Records.measurement(10), Records.measurement(20));
  }

  @Test
  void aWholeLineCountsWithoutItsEnd() throws IOException {
    RunFolder folder = RunFolder.open(results, "sweep", HERE);
    folder.add(Records.measurement(10));
    folder.add(Records.measurement(20));
    Path file = folder.path().resolve("measurements.jsonl");
    Files.writeString(file, Files.readString(file).stripTrailing());

    assertThat(RunFolder.open(results, "sweep", HERE).earlier())
        .containsExactly(Records.measurement(10), Records.measurement(20));
  }

  @Test
  void theLastOfOthersRecordsIsNotLost() throws IOException {
    List<BenchRecord> few = Records.few();
    Path file = results.resolve("records.jsonl");
    Files.writeString(file, RecordFormat.JSONL.render(few, 0).stripTrailing());
    assertThat(SavedRun.load(file).records()).isEqualTo(few);

    Files.writeString(file, "{\"engine\":", StandardOpenOption.APPEND);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedRun.load(file))
        .withMessageContaining("records.jsonl");
  }

  /** The files that an error of the disk leaves are those that a killed process leaves. */
  @Test
  void whatWasKeptIsSafeAtEveryMoment() {
    DiskError none = DiskError.none();
    measure(results.resolve("sound"), none, new ArrayList<>());
    assertThat(none.count()).isGreaterThan(20);
    for (int at = 0; at < none.count(); at++) {
      Path own = results.resolve(String.valueOf(at));
      List<Measurement> kept = new ArrayList<>();
      DiskError error = new DiskError(at);
      assertThatThrownBy(() -> measure(own, error, kept)).hasMessageContaining(DiskError.MESSAGE);
      List<Measurement> earlier = RunFolder.open(own, "sweep", HERE).earlier();
      // The line was there before its file could not be closed.
      assertThat(earlier).as("error at moment %d", at).hasSizeBetween(kept.size(), kept.size() + 1);
      assertThat(earlier.subList(0, kept.size())).as("error at moment %d", at).isEqualTo(kept);
    }
  }

  /** Measures twice, and once more after an interruption. */
  private static void measure(Path results, DiskError error, List<Measurement> kept) {
    FaultyFileSystem files = new FaultyFileSystem(results.getFileSystem(), error);
    for (List<Integer> round : List.of(List.of(10, 20), List.of(30))) {
      RunFolder folder = RunFolder.open(files.path(results), "sweep", HERE);
      for (int millis : round) {
        folder.add(Records.measurement(millis));
        kept.add(Records.measurement(millis));
      }
      folder.finish(kept, List.of());
    }
  }

  @Test
  void anEarlierDaysRunIsGoneOnWithUnlessItWasFinished() throws IOException {
    Path today = RunFolder.open(results, "sweep", HERE).path();
    Path earlier = results.resolve("2025-01-31-sweep");
    Files.move(today, earlier);

    assertThat(RunFolder.open(results, "sweep", HERE).path()).isEqualTo(earlier);
    Files.writeString(earlier.resolve("README.md"), "finished");
    assertThat(RunFolder.open(results, "sweep", HERE).path()).isEqualTo(today);
  }

  @Test
  void measurementsOfAnotherProgramAreNotMixedIn() {
    RunFolder.open(results, "sweep", HERE);
    Environment changed =
        new Environment(
            HERE.date(),
            HERE.command(),
            "96cec68",
            HERE.machine(),
            HERE.cores(),
            HERE.memoryBytes(),
            HERE.os(),
            HERE.jvm(),
            HERE.devices());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunFolder.open(results, "sweep", changed))
        .withMessageContaining("commit 4f52e56 there, 96cec68 here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", "-x", "a b"})
  void aNameIsAFileName(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunFolder.open(results, name, HERE))
        .withMessageContaining(name);
  }

  @Test
  void whatIsNoRunIsSaidToBeNone() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedRun.load(results.resolve("missing")))
        .withMessageContaining("missing");
    Path text = Files.writeString(results.resolve("text.jsonl"), "no JSON\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedRun.load(text))
        .withMessageContaining("text.jsonl");
  }

  @Test
  void thePageIsAsItWas() {
    List<Measurement> measurements =
        Records.few().stream().map(record -> Records.measurement(record, null)).toList();
    Golden.check(
        "run-page.md",
        RunPage.render(new SavedRun("2026-11-25-sweep", HERE, measurements), List.of("speed.svg")));
  }
}
