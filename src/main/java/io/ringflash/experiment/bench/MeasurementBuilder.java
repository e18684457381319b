package io.ringflash.experiment.bench;

import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.experiment.bench.CaseTimer.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a measurement of timed calls. */
final class MeasurementBuilder {
  private static final double MILLI = 1e3;
  private static final double TERA = 1e12;

  private final BenchCase benchCase;
  private final VerificationReport verification;
  private final Optional<DevicePeaks> peaks;

  MeasurementBuilder(
      BenchCase benchCase, VerificationReport verification, Optional<DevicePeaks> peaks) {
    this.benchCase = benchCase;
    this.verification = verification;
    this.peaks = peaks;
  }

  /**
   * @param earlier measurements, among which one of a single device may be
   */
  Measurement build(List<Sample> samples, List<Measurement> earlier) {
    double[] seconds = samples.stream().mapToDouble(Sample::seconds).toArray();
    Sample typical = samples.get(Statistics.nearestToMedian(seconds));
    double median = Statistics.median(seconds);
    double flopsPerSecond = typical.run().flops() / median;
    Timing timing =
        new Timing(
            typical.run().kernel(),
            median,
            Statistics.medianInterval(seconds),
            seconds.length,
            TimeSplit.of(typical.run(), typical.seconds()),
            flopsPerSecond,
            peaks.map(p -> flopsPerSecond / p.flopsPerSecond()).orElse(null),
            ringEfficiency(flopsPerSecond, earlier));
    return new Measurement(
        BenchRecord.of(benchCase, timing),
        Arrays.stream(seconds).mapToObj(s -> s * MILLI).toList(),
        verification.out().maxError(),
        typical.run().flops(),
        peaks.map(DevicePeaks::flopsPerSecond).orElse(null),
        peaks.map(DevicePeaks::bytesPerSecond).orElse(null),
        typical.run());
  }

  private @Nullable Double ringEfficiency(double flopsPerSecond, List<Measurement> earlier) {
    if (benchCase.ring().size() == 1) {
      return null;
    }
    BenchRecord untimed = BenchRecord.of(benchCase, Timing.NONE);
    return earlier.stream()
        .map(Measurement::record)
        .filter(one -> one.ranks() == 1 && one.comparableRing(untimed))
        .findFirst()
        .map(one -> flopsPerSecond / TERA / one.tflops() / capacityRatio(one))
        .orElse(null);
  }

  /** cpu devices of a process divide its threads among them, other devices add up. */
  private double capacityRatio(BenchRecord one) {
    return benchCase.ring().isOf(CpuEngine.NAME)
        ? (double) benchCase.threads() * benchCase.ring().processes() / one.threads()
        : benchCase.ring().size();
  }
}
