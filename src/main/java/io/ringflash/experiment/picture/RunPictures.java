package io.ringflash.experiment.picture;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.trace.GanttChart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** The pictures that a saved run has beside its tables. */
public final class RunPictures {
  /** Twice the usual 72: letters stay sharp. */
  private static final int DPI = 144;

  private RunPictures() {}

  /**
   * Draws pictures into {@code folder}.
   *
   * @return the files
   * @throws UncheckedIOException if one cannot be written
   */
  public static List<Path> draw(List<Measurement> measurements, Path folder) {
    try {
      List<BenchRecord> records = measurements.stream().map(Measurement::record).toList();
      List<Path> files = new ArrayList<>();
      files.add(save(SpeedChart.of(records), folder, "speed"));
      files.add(save(SplitChart.of(records), folder, "split"));
      RunReport largest = LargestCall.of(measurements).map(Measurement::run).orElse(null);
      if (largest != null) {
        files.add(Files.writeString(folder.resolve("timeline.svg"), GanttChart.render(largest)));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path save(Chart<?, ?> chart, Path folder, String name) throws IOException {
    Path file = folder.resolve(name + ".png");
    BitmapEncoder.saveBitmapWithDPI(chart, file.toString(), BitmapFormat.PNG, DPI);
    return file;
  }
}
