package io.ringflash.benchmark;

import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.apache.commons.math3.util.MathArrays;

/** What the benchmarks that take turns print. */
final class Medians {
  private Medians() {}

  static double of(double[] values) {
    return new Median().evaluate(values);
  }

  /** Of each turn's ratio, so that both of its times are of the same moment. */
  static double ofRatios(double[] times, double[] references) {
    return of(MathArrays.ebeDivide(times, references));
  }
}
