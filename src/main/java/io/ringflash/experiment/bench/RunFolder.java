package io.ringflash.experiment.bench;

import io.ringflash.experiment.Json;
import io.ringflash.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** The folder of a run that is being made. What has been measured is safe at every moment. */
public final class RunFolder {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final String SUMMARY = "README.md";

  private final Path folder;
  private final Environment environment;
  private final List<Measurement> earlier;

  private RunFolder(Path folder, Environment environment, List<Measurement> earlier) {
    this.folder = folder;
    this.environment = environment;
    this.earlier = earlier;
  }

  /**
   * Makes {@code results/DATE-NAME}, or goes on with it if it is there; an earlier day's is gone on
   * with if it was interrupted.
   *
   * @param results folder of all runs
   * @throws IllegalArgumentException if the name is no file name, or the run that is there was made
   *     by another program or on another machine
   */
  public static RunFolder open(Path results, String name, Environment environment) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "save should be a name like my-sweep but got '%s'".formatted(name));
    }
    try {
      Path folder = folder(results, name);
      if (!SavedRun.isIn(folder)) {
        Files.createDirectories(folder);
        AtomicFile.writeText(folder.resolve(SavedRun.ENVIRONMENT), Json.of(environment) + "\n");
        return new RunFolder(folder, environment, List.of());
      }
      SavedRun saved = SavedRun.load(folder);
      requireSame(folder, saved, environment);
      // Without the line that an interruption cut short.
      AtomicFile.writeText(folder.resolve(SavedRun.MEASUREMENTS), Json.lines(saved.measurements()));
      return new RunFolder(folder, environment, saved.measurements());
    } catch (IOException e) {
      throw SavedRun.unwritable(results, e);
    }
  }

  /** The folder of a run that is there, whoever made it. */
  public static RunFolder existing(Path folder) {
    SavedRun saved = SavedRun.load(folder);
    return new RunFolder(folder, Objects.requireNonNull(saved.environment()), saved.measurements());
  }

  public Path path() {
    return folder;
  }

  /** Whether tables and page have been made of the measurements. */
  public boolean isFinished() {
    return Files.exists(folder.resolve(SUMMARY));
  }

  /** What an earlier call measured. */
  public List<Measurement> earlier() {
    return earlier;
  }

  /** Keeps one more measurement. */
  public void add(Measurement measurement) {
    Path file = folder.resolve(SavedRun.MEASUREMENTS);
    try {
      Files.writeString(
          file,
          Json.line(measurement) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw SavedRun.unwritable(file, e);
    }
  }

  /**
   * Writes what is made of the measurements: tables for other programs and a page for people.
   *
   * @param pictures files of this folder
   */
  public void finish(List<Measurement> measurements, List<Path> pictures) {
    List<BenchRecord> records = measurements.stream().map(Measurement::record).toList();
    write("records.csv", RecordFormat.CSV.render(records, 0));
    write("records.jsonl", RecordFormat.JSONL.render(records, 0));
    write(
        SUMMARY,
        RunPage.render(
            new SavedRun(String.valueOf(folder.getFileName()), environment, measurements),
            pictures.stream().map(p -> String.valueOf(p.getFileName())).toList()));
  }

  private void write(String name, String text) {
    Path file = folder.resolve(name);
    try {
      AtomicFile.writeText(file, text + "\n");
    } catch (IOException e) {
      throw SavedRun.unwritable(file, e);
    }
  }

  private static Path folder(Path results, String name) throws IOException {
    Path today = results.resolve(LocalDate.now() + "-" + name);
    if (SavedRun.isIn(today) || !Files.isDirectory(results)) {
      return today;
    }
    try (DirectoryStream<Path> earlier = Files.newDirectoryStream(results, "????-??-??-" + name)) {
      for (Path folder : earlier) {
        if (SavedRun.isIn(folder) && !existing(folder).isFinished()) {
          return folder;
        }
      }
    }
    return today;
  }

  private static void requireSame(Path folder, SavedRun saved, Environment environment) {
    Environment before = saved.environment();
    String difference = before == null ? "" : environment.difference(before);
    if (!difference.isEmpty()) {
      throw new IllegalArgumentException(
          "%s was measured with another %s: save under another name".formatted(folder, difference));
    }
  }
}
