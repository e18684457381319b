package io.ringflash.experiment.picture;

import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Environment;
import io.ringflash.experiment.bench.RecordFormat;
import io.ringflash.experiment.bench.RunFolder;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.Calibration;
import io.ringflash.experiment.plan.CalibrationText;
import io.ringflash.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page that lists the runs of a results folder, with what the saved ones came to. */
public final class ResultsIndex {
  private static final String PAGE = "README.md";
  private static final List<String> PICTURES = List.of("speed.svg", "timeline.svg");

  private ResultsIndex() {}

  /**
   * Writes {@code README.md} into {@code results}. Runs that came without their page, because they
   * were interrupted or made elsewhere, get theirs.
   *
   * @return the file
   * @throws UncheckedIOException if it cannot be read or written
   */
  public static Path write(Path results) {
    try {
      for (Path folder : folders(results)) {
        if (SavedRun.isIn(folder)) {
          finish(RunFolder.existing(folder));
        }
      }
      Path page = results.resolve(PAGE);
      AtomicFile.writeText(page, render(results));
      return page;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String render(Path results) throws IOException {
    List<Path> folders = folders(results);
    List<Path> saved = folders.stream().filter(SavedRun::isIn).toList();
    return """
    # Results

    Runs that are kept with their commands, commits, devices and JVMs. `scripts/index-results` makes this page.

    | run | what |
    | --- | --- |
    %s
    %s\
    """
        .formatted(
            folders.stream().map(ResultsIndex::row).collect(Collectors.joining("\n")),
            saved.stream().map(ResultsIndex::section).collect(Collectors.joining()));
  }

  private static void finish(RunFolder run) {
    if (!run.isFinished() && !run.earlier().isEmpty()) {
      run.finish(run.earlier(), RunPictures.draw(run.earlier(), run.path()));
    }
  }

  /** The newest first. */
  private static List<Path> folders(Path results) throws IOException {
    try (Stream<Path> entries = Files.list(results)) {
      return entries
          .filter(Files::isDirectory)
          .sorted((a, b) -> b.getFileName().compareTo(a.getFileName()))
          .toList();
    }
  }

  private static String row(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return "| [%s](%s) | %s |".formatted(name, name, what(folder));
  }

  private static String what(Path folder) {
    if (SavedRun.isIn(folder)) {
      SavedRun run = SavedRun.load(folder);
      Environment environment = Objects.requireNonNull(run.environment());
      return "%d measurements: `%s`, commit %s, %s"
          .formatted(
              run.measurements().size(),
              environment.command(),
              environment.commit(),
              environment.machine());
    }
    return heading(folder.resolve(PAGE));
  }

  /** Of a run that was written up by hand. */
  private static String heading(Path page) {
    try (Stream<String> lines = Files.lines(page)) {
      return lines
          .filter(line -> line.startsWith("# "))
          .map(line -> line.substring(2))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private static String section(Path folder) {
    SavedRun run = SavedRun.load(folder);
    List<BenchRecord> headline = new ArrayList<>(fastest(run.records()));
    String pictures =
        PICTURES.stream()
            .filter(picture -> Files.exists(folder.resolve(picture)))
            .map(picture ->
                "![%s of %s](%s/%s)".formatted(stem(picture), run.name(), run.name(), picture))
            .collect(Collectors.joining("\n\n"));
    return "\n## %s\n\nThe fastest call of each ring, kernel, storage type, head dimension and mask.\n\n%s\n\n%s%s\n"
        .formatted(run.name(), RecordFormat.MD.render(headline, 0), predictions(run), pictures);
  }

  /** How well the planner tells the run, if there is enough of it to fit its constants to. */
  private static String predictions(SavedRun run) {
    return Calibration.of(List.of(run))
        .map(calibration -> calibration.fit(Progress.NONE))
        .map(report ->
            "`plan --calibrate results/%s`: %s.\n\n"
                .formatted(run.name(), CalibrationText.conclusion(report)))
        .orElse("");
  }

  private static String stem(String file) {
    return file.substring(0, file.indexOf('.'));
  }

  private static Collection<BenchRecord> fastest(List<BenchRecord> records) {
    Map<String, BenchRecord> fastest = new LinkedHashMap<>();
    for (BenchRecord record : records) {
      String group =
          String.join(
              " ",
              record.devices(),
              String.valueOf(record.kernel()),
              record.attnType(),
              record.dtype(),
              String.valueOf(record.headDim()),
              record.mask(),
              record.sharding());
      fastest.merge(
          group, record, BinaryOperator.maxBy(Comparator.comparingDouble(BenchRecord::tflops)));
    }
    return fastest.values();
  }
}
