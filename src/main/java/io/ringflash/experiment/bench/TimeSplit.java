package io.ringflash.experiment.bench;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunReport.Rank;
import io.ringflash.experiment.RunReport.Step;
import java.util.Comparator;

/**
 * Where one call's time went, as the rank saw it that computed and waited longest. Kernel, exposed
 * exchange and host add up to the call; hidden exchange is beside them.
 *
 * @param kernelSeconds computing
 * @param exposedSeconds waiting for K/V blocks
 * @param hiddenSeconds transfers beside computing
 * @param hostSeconds everything else
 */
record TimeSplit(
    double kernelSeconds, double exposedSeconds, double hiddenSeconds, double hostSeconds) {
  /**
   * @param callSeconds the whole call
   */
  static TimeSplit of(RunReport run, double callSeconds) {
    Rank busiest =
        run.ranks().stream()
            .max(Comparator.comparingDouble(rank -> rank.computeSeconds() + rank.waitSeconds()))
            .orElseThrow();
    double transfers = busiest.steps().stream().mapToDouble(Step::transferSeconds).sum();
    return new TimeSplit(
        busiest.computeSeconds(),
        busiest.waitSeconds(),
        Math.max(0, transfers - busiest.waitSeconds()),
        Math.max(0, callSeconds - busiest.computeSeconds() - busiest.waitSeconds()));
  }
}
