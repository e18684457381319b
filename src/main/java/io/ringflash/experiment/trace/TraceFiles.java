package io.ringflash.experiment.trace;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.TakenFiles;
import io.ringflash.tensor.io.AtomicFile;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files that a run is traced into: {@code .json} for Perfetto and Chrome, {@code .svg} for a Gantt
 * chart.
 *
 * @param files where to
 */
public record TraceFiles(List<Path> files) {
  private static final String CHROME = ".json";
  private static final String PICTURE = ".svg";

  /**
   * @throws IllegalArgumentException if a file is neither
   */
  public TraceFiles {
    for (Path file : files) {
      if (!file.toString().endsWith(CHROME) && !file.toString().endsWith(PICTURE)) {
        throw new IllegalArgumentException(
            "a trace should go to a file ending in %s or %s but got %s"
                .formatted(CHROME, PICTURE, file));
      }
    }
  }

  /**
   * Refuses files that {@link #write} could not write.
   *
   * @param inputs files that must not be overwritten
   */
  public void check(List<Path> inputs) throws TensorFileException {
    TakenFiles taken = new TakenFiles(inputs);
    for (Path file : files) {
      taken.add(file);
      AtomicFile.checkWritable(file);
    }
  }

  /**
   * @throws UncheckedIOException if one cannot be written
   */
  public void write(RunReport run) {
    for (Path file : files) {
      try {
        boolean picture = file.toString().endsWith(PICTURE);
        AtomicFile.writeText(file, picture ? GanttChart.render(run) : ChromeTrace.render(run));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
