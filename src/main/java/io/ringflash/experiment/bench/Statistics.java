package io.ringflash.experiment.bench;

import java.util.Arrays;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;

/** Statistics of timings, which are skewed and have outliers: nothing here assumes normality. */
final class Statistics {
  /** Of confidence intervals. */
  static final double CONFIDENCE = 0.95;

  /**
   * An interval.
   *
   * @param low its lower end
   * @param high its upper end
   */
  record Interval(double low, double high) {}

  private Statistics() {}

  static double median(double[] samples) {
    return new Median().evaluate(samples);
  }

  /**
   * Confidence interval of the median from order statistics (Conover, Practical Nonparametric
   * Statistics, section 3.2): the narrowest symmetric pair of ranks that covers the median with a
   * probability of at least {@link #CONFIDENCE}. Fewer than six samples never do: then it is their
   * whole range.
   */
  static Interval medianInterval(double[] samples) {
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    BinomialDistribution below = new BinomialDistribution(null, n, 0.5);
    int skipped = 0;
    while (2 * below.cumulativeProbability(skipped) <= 1 - CONFIDENCE) {
      skipped++;
    }
    int low = Math.max(0, skipped - 1);
    return new Interval(sorted[low], sorted[n - 1 - low]);
  }

  /** Index of the sample next to the median. */
  static int nearestToMedian(double[] samples) {
    double median = median(samples);
    int nearest = 0;
    for (int i = 1; i < samples.length; i++) {
      if (Math.abs(samples[i] - median) < Math.abs(samples[nearest] - median)) {
        nearest = i;
      }
    }
    return nearest;
  }

  /**
   * Probability of seeing at least this difference between two sets of samples if there were none
   * (Mann–Whitney U, two-sided).
   */
  static double pValue(double[] first, double[] second) {
    return new MannWhitneyUTest().mannWhitneyUTest(first, second);
  }
}
