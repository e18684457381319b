package io.ringflash.cli;

import io.ringflash.experiment.picture.ResultsIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ringflash index}. */
@Command(
    name = "index",
    header = "Write the index of a results folder: its README.md.",
    description = "Lists all runs, and tables and pictures of those that bench --save kept.")
final class IndexCommand implements Runnable {
  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Folder of kept runs (default: results).")
  private Path results = Path.of("results");

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  /** The report, as JSON shows it. */
  private record Report(String file) {}

  @Override
  public void run() {
    if (!Files.isDirectory(results)) {
      throw new IllegalArgumentException(
          "%s should be a folder of kept runs but is none".formatted(results));
    }
    String file = ResultsIndex.write(results).toString();
    json.print(new Report(file), () -> "wrote " + file);
  }
}
