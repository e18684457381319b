package io.ringflash.experiment.picture;

import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.Calibration;
import io.ringflash.experiment.plan.CalibrationReport;
import io.ringflash.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The HTML page of some runs, with the planner's predictions of them. */
public final class ReportFile {
  private final List<SavedRun> runs;
  private final Optional<Calibration> calibration;

  /**
   * @throws IllegalArgumentException if there is no measurement
   */
  public ReportFile(List<SavedRun> runs) {
    this.runs = runs;
    if (measurements() == 0) {
      throw new IllegalArgumentException("a report should have at least one measurement");
    }
    this.calibration = Calibration.of(runs);
  }

  public int measurements() {
    return runs.stream().mapToInt(run -> run.measurements().size()).sum();
  }

  /** How much there is to do. */
  public long units() {
    return calibration.map(Calibration::groups).orElse(0) + 1;
  }

  /**
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file, Progress progress) {
    @Nullable CalibrationReport predictions = calibration.map(c -> c.fit(progress)).orElse(null);
    try {
      AtomicFile.writeText(file, HtmlReport.render(runs, predictions));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    progress.advance(1);
  }
}
