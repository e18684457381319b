package io.ringflash.cli;

import io.ringflash.experiment.bench.Repetition;
import picocli.CommandLine.Option;

/** How often each case is called. */
final class RepetitionOptions {
  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Calls before the clock counts, at least (default: 2).")
  private int warmUps = Repetition.DEFAULT.warmUps();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Timed calls, at most (default: 10).")
  private int samples = Repetition.DEFAULT.samples();

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description = "No further call once those of a case took this long (default: 10).")
  private double seconds = Repetition.DEFAULT.secondsLimit();

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  Repetition repetition() {
    return new Repetition(warmUps, samples, seconds);
  }
}
