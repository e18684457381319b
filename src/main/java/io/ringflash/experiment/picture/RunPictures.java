package io.ringflash.experiment.picture;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.trace.GanttChart;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** The pictures that a saved run has beside its tables. */
public final class RunPictures {
  /** Twice the usual 72: letters stay sharp. */
  private static final int DPI = 144;

  private static final FontRenderContext CHARTS = new FontRenderContext(null, true, true);

  private RunPictures() {}

  /**
   * What keeps charts from being drawn on this machine, and what to do; empty where nothing does. A
   * bare server may have no fonts.
   */
  public static Optional<String> obstacle() {
    try {
      new Font(Font.SANS_SERIF, Font.PLAIN, 12).getLineMetrics("0", CHARTS);
      return Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(
          "no charts, for Java finds no fonts here (%s): install some (Debian: apt-get install fontconfig fonts-dejavu-core), or draw them from the kept run elsewhere"
              .formatted(e.getMessage()));
    }
  }

  /**
   * Draws pictures into {@code folder}; no charts where there is an {@link #obstacle}.
   *
   * @return the files
   * @throws UncheckedIOException if one cannot be written
   */
  public static List<Path> draw(List<Measurement> measurements, Path folder) {
    try {
      List<BenchRecord> records = measurements.stream().map(Measurement::record).toList();
      List<Path> files = new ArrayList<>();
      if (obstacle().isEmpty()) {
        files.add(save(SpeedChart.of(records), folder, "speed"));
        files.add(save(SplitChart.of(records), folder, "split"));
      }
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
