package io.ringflash.experiment.picture;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.trace.GanttChart;
import io.ringflash.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pictures that a saved run has beside its tables. */
public final class RunPictures {
  private RunPictures() {}

  /**
   * Draws SVG files into {@code folder}.
   *
   * @return the files
   * @throws UncheckedIOException if one cannot be written
   */
  public static List<Path> draw(List<Measurement> measurements, Path folder) {
    List<BenchRecord> records = measurements.stream().map(Measurement::record).toList();
    List<Path> files = new ArrayList<>();
    files.add(save(SpeedChart.of(records), folder.resolve("speed.svg")));
    files.add(save(SplitChart.of(records), folder.resolve("split.svg")));
    RunReport largest = LargestCall.of(measurements).map(Measurement::run).orElse(null);
    if (largest != null) {
      files.add(save(GanttChart.render(largest), folder.resolve("timeline.svg")));
    }
    return files;
  }

  private static Path save(String svg, Path file) {
    try {
      AtomicFile.writeText(file, svg + "\n");
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
