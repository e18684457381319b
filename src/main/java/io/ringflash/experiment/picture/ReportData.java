package io.ringflash.experiment.picture;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Environment;
import io.ringflash.experiment.bench.Labels;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.CalibrationReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page's script draws.
 *
 * @param runs where they were made
 * @param points measurements of all runs
 * @param calibration the planner's predictions of them, null if there are too few measurements
 */
record ReportData(List<Run> runs, List<Point> points, @Nullable CalibrationReport calibration) {
  /** A saved run; the environment is null for a comparator's file. */
  record Run(String name, @Nullable Environment environment) {}

  /**
   * One measurement.
   *
   * @param run its name
   * @param curve name that measurements share which differ in the number of tokens alone
   * @param label name of its own
   * @param intensity floating-point operations per byte that a device has to move: queries,
   *     results, K/V blocks; null if unknown
   * @param peakFlopsPerSecond of the devices, null if unknown
   * @param peakBytesPerSecond of their memories, null if unknown
   */
  record Point(
      String run,
      String curve,
      String label,
      BenchRecord record,
      @Nullable Double intensity,
      @Nullable Double peakFlopsPerSecond,
      @Nullable Double peakBytesPerSecond) {}

  static ReportData of(List<SavedRun> runs, @Nullable CalibrationReport calibration) {
    List<BenchRecord> all = runs.stream().flatMap(run -> run.records().stream()).toList();
    Labels curves = Labels.ofCurves(all);
    Labels labels = Labels.ofRecords(all);
    List<Point> points = new ArrayList<>();
    for (SavedRun run : runs) {
      String prefix = runs.size() > 1 ? run.name() + ": " : "";
      for (Measurement measurement : run.measurements()) {
        BenchRecord record = measurement.record();
        points.add(
            new Point(
                run.name(),
                prefix + curves.of(record),
                prefix + labels.of(record),
                record,
                intensity(measurement),
                measurement.peakFlopsPerSecond(),
                measurement.peakBytesPerSecond()));
      }
    }
    return new ReportData(
        runs.stream().map(run -> new Run(run.name(), run.environment())).toList(),
        points,
        calibration);
  }

  private static @Nullable Double intensity(Measurement measurement) {
    RunReport run = measurement.run();
    if (run == null) {
      return null;
    }
    BenchRecord record = measurement.record();
    long elementBytes = record.dtype().equals("fp32") ? Float.BYTES : Short.BYTES;
    double queryBytes =
        (double) record.batch() * record.seqQ() * record.heads() * record.headDim() * elementBytes;
    return measurement.flops() / (2 * queryBytes + run.bytesExchanged());
  }
}
