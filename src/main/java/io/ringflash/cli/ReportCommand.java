package io.ringflash.cli;

import io.ringflash.experiment.TakenFiles;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.picture.ReportFile;
import io.ringflash.tensor.io.AtomicFile;
import io.ringflash.tensor.io.TensorFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ringflash report}. */
@Command(
    name = "report",
    header = "Make one HTML page of saved runs: curves, timelines, roofline, tables.",
    description = "The page needs no network and no server.")
final class ReportCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "RESULTS",
      description = "Folders that bench --save wrote, or .jsonl files of records.")
  private List<Path> results = List.of();

  @Option(names = "--out", paramLabel = "F", required = true, description = "The page, .html.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path out;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  /** The report, as JSON shows it. */
  private record Report(String file, int runs, int measurements) {}

  @Override
  public Integer call() throws TensorFileException {
    new TakenFiles(results.stream().flatMap(SavedRun::files).toList()).add(out);
    AtomicFile.checkWritable(out);
    List<SavedRun> runs = results.stream().map(SavedRun::load).toList();
    ReportFile file = new ReportFile(runs);
    try (ConsoleProgress progress = console.progress("report")) {
      progress.expect(file.units());
      file.write(out, progress);
    }
    json.print(
        new Report(out.toString(), runs.size(), file.measurements()),
        () ->
            "wrote %s: %d measurements of %d runs"
                .formatted(out, file.measurements(), runs.size()));
    return ExitCode.DONE;
  }
}
