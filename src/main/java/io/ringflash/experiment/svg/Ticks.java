package io.ringflash.experiment.svg;

/** Distances of marks on an axis. */
public final class Ticks {
  private static final int[] FACTORS = {1, 2, 5};
  private static final double BASE = 10;

  private Ticks() {}

  /** A round number of at least {@code smallest}: 1, 2 or 5 times a power of ten. */
  public static double atLeast(double smallest) {
    if (!(smallest > 0)) {
      return 1;
    }
    double power = Math.pow(BASE, Math.floor(Math.log10(smallest)));
    for (int factor : FACTORS) {
      if (factor * power >= smallest) {
        return factor * power;
      }
    }
    return BASE * power;
  }
}
