package io.ringflash.experiment.bench;

import io.ringflash.experiment.bench.Statistics.Interval;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a case.
 *
 * @param kernel that computed
 * @param medianSeconds of the timed calls
 * @param interval confidence interval of the median, in seconds
 * @param samples number of timed calls
 * @param split where the time of the call next to the median went
 * @param flopsPerSecond over visible pairs, in the median
 * @param peakShare of what the devices can do at most, null if they have no probe
 * @param ringEfficiency against one device, null if none was measured
 */
record Timing(
    String kernel,
    double medianSeconds,
    Interval interval,
    int samples,
    TimeSplit split,
    double flopsPerSecond,
    @Nullable Double peakShare,
    @Nullable Double ringEfficiency) {
  /** Of a case that has not been measured. */
  static final Timing NONE =
      new Timing("", 0, new Interval(0, 0), 0, new TimeSplit(0, 0, 0, 0), 0, null, null);
}
