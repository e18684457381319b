package io.ringflash.experiment.bench;

/**
 * How often a case is called.
 *
 * @param warmUps calls before the clock counts, at least; they go on for {@link #WARM_UP_SECONDS}
 * @param samples timed calls, at most
 * @param secondsLimit no further call is timed once the timed ones took this long and there are
 *     {@link #FEWEST} of them
 */
public record Repetition(int warmUps, int samples, double secondsLimit) {
  public static final Repetition DEFAULT = new Repetition(2, 10, 10);

  /** Fewer samples say nothing about spread. */
  static final int FEWEST = 3;

  /** Short calls are repeated until the JVM has compiled the kernel. */
  static final double WARM_UP_SECONDS = 0.8;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public Repetition {
    if (warmUps < 0) {
      throw new IllegalArgumentException("warm-up should be at least 0 but got " + warmUps);
    }
    if (samples < 1) {
      throw new IllegalArgumentException("samples should be at least 1 but got " + samples);
    }
    if (!(secondsLimit > 0)) {
      throw new IllegalArgumentException("time-limit should be positive but got " + secondsLimit);
    }
  }

  boolean wantsWarmUp(int calls, double seconds) {
    return warmUps > 0 && (calls < warmUps || seconds < WARM_UP_SECONDS);
  }

  boolean wantsSample(int taken, double seconds) {
    return taken < samples && (taken < FEWEST || seconds < secondsLimit);
  }
}
