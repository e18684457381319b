package io.ringflash.experiment.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.experiment.Earlier;
import io.ringflash.experiment.Golden;
import io.ringflash.experiment.Json;
import io.ringflash.experiment.bench.Environment;
import io.ringflash.experiment.bench.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsIndexTest {
  private static final Environment ENVIRONMENT =
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
  void runsOfEitherKindAreListedTheNewestFirst() throws IOException {
    Path byHand = Files.createDirectories(results.resolve("2026-11-23-by-hand"));
    Files.writeString(byHand.resolve("README.md"), "# Memory of a ring\n\nText.\n");
    Path saved = Files.createDirectories(results.resolve("2026-11-25-sweep"));
    Files.writeString(saved.resolve("run.json"), Json.of(ENVIRONMENT));
    Files.writeString(
        saved.resolve("measurements.jsonl"),
        Json.lines(List.of(Records.measurement(10), Records.measurement(20))));

    Path index = ResultsIndex.write(results);

    Golden.check("index.md", Files.readString(index).stripTrailing());
    assertThat(saved)
        .isDirectoryContaining("glob:**README.md")
        .isDirectoryContaining("glob:**records.csv")
        .isDirectoryContaining("glob:**speed.svg");
    assertThat(byHand).isDirectoryNotContaining("glob:**records.csv");
  }

  @Test
  void anEarlierIndexIsReplacedInOneStep() throws IOException {
    Earlier earlier = new Earlier(results.resolve("README.md"));
    ResultsIndex.write(results);
    earlier.requireReplaced();
  }
}
