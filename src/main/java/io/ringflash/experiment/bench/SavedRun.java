package io.ringflash.experiment.bench;

import io.ringflash.experiment.Json;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Measurements that were kept.
 *
 * @param name of the folder or file
 * @param environment where they were made, null if they come from a comparator's file
 * @param measurements in the order in which they were made
 */
public record SavedRun(
    String name, @Nullable Environment environment, List<Measurement> measurements) {
  /** What a folder of a run consists of; pictures and tables beside them are made of these. */
  static final String ENVIRONMENT = "run.json";

  static final String MEASUREMENTS = "measurements.jsonl";

  /** Whether a folder holds a run. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(ENVIRONMENT));
  }

  /** The files that {@link #load} reads. */
  public static Stream<Path> files(Path path) {
    return Files.isDirectory(path)
        ? Stream.of(path.resolve(ENVIRONMENT), path.resolve(MEASUREMENTS))
        : Stream.of(path);
  }

  /**
   * Reads a folder that {@code bench --save} wrote, or a file of records, one JSON object a line.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static SavedRun load(Path path) {
    try {
      String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
      if (Files.isDirectory(path)) {
        return new SavedRun(
            name,
            Json.parse(Files.readString(path.resolve(ENVIRONMENT)), Environment.class),
            measurements(path.resolve(MEASUREMENTS)));
      }
      return new SavedRun(
          name,
          null,
          MeasurementLine.of(path, Files.readString(path)).stream()
              .map(MeasurementLine::recordAlone)
              .toList());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s should be a folder written by bench --save, or a file of records, but cannot be read: %s"
              .formatted(path, e),
          e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "%s should hold measurements as bench --save writes them but: %s"
              .formatted(path, e.getOriginalMessage()),
          e);
    }
  }

  public List<BenchRecord> records() {
    return measurements.stream().map(Measurement::record).toList();
  }

  /** None yet of a run that was interrupted in its first case. */
  private static List<Measurement> measurements(Path file) throws IOException {
    return Files.exists(file) ? appended(file, Files.readString(file)) : List.of();
  }

  /** Of lines as they are measured: the last one is not there if an interruption cut it short. */
  private static List<Measurement> appended(Path file, String text) {
    List<MeasurementLine> lines = MeasurementLine.of(file, text);
    boolean cutShort = !text.endsWith("\n") && !lines.isEmpty() && lines.getLast().isCutShort();
    return lines.subList(0, lines.size() - (cutShort ? 1 : 0)).stream()
        .map(MeasurementLine::measurement)
        .toList();
  }

  static UncheckedIOException unwritable(Path path, IOException cause) {
    // Of a file that is written as a whole, the cause says which and why.
    return cause instanceof TensorFileException
        ? new UncheckedIOException(cause)
        : new UncheckedIOException(path + " cannot be written: " + cause, cause);
  }
}
