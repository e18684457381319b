package io.ringflash.experiment.bench;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two runs side by side, as JSON shows them.
 *
 * @param first name of the run that is the yardstick
 * @param second name of the run that is judged
 * @param pairs measurements of the same thing in both
 * @param onlyInFirst what was measured in the first alone
 * @param onlyInSecond what was measured in the second alone
 */
public record Comparison(
    String first,
    String second,
    List<Pair> pairs,
    List<String> onlyInFirst,
    List<String> onlyInSecond) {
  /** A difference is significant if chance alone makes one like it this rarely. */
  public static final double SIGNIFICANCE = 0.05;

  /**
   * One measurement in both runs.
   *
   * @param subject what was measured
   * @param firstMillis its median in the first run
   * @param secondMillis its median in the second
   * @param ratio {@code secondMillis / firstMillis}: above 1, the second is slower
   * @param pValue how often chance alone makes such a difference (Mann–Whitney), null without
   *     samples of both
   * @param significant whether that is rare
   */
  public record Pair(
      String subject,
      double firstMillis,
      double secondMillis,
      double ratio,
      @Nullable Double pValue,
      boolean significant) {
    private static Pair of(Measurement first, Measurement second) {
      double[] before = first.samples();
      double[] after = second.samples();
      boolean sampled = before.length > 0 && after.length > 0;
      Double pValue = sampled ? Statistics.pValue(before, after) : null;
      return new Pair(
          first.record().subject(),
          first.record().medianMillis(),
          second.record().medianMillis(),
          second.record().medianMillis() / first.record().medianMillis(),
          pValue,
          pValue != null && pValue < SIGNIFICANCE);
    }
  }

  /** Pairs up what both runs measured. */
  public static Comparison of(SavedRun first, SavedRun second) {
    List<Pair> pairs =
        first.measurements().stream()
            .map(before -> {
              Measurement after = find(second, before);
              return after == null ? null : Pair.of(before, after);
            })
            .filter(Objects::nonNull)
            .toList();
    return new Comparison(
        first.name(), second.name(), pairs, missing(first, second), missing(second, first));
  }

  /**
   * The pairs that are slower in the second run by more than {@code tolerance}, significantly.
   *
   * @param tolerance a fraction, such as 0.05
   */
  public List<Pair> slower(double tolerance) {
    return pairs.stream()
        .filter(pair -> pair.significant() && pair.ratio() > 1 + tolerance)
        .toList();
  }

  private static List<String> missing(SavedRun here, SavedRun there) {
    return here.measurements().stream()
        .filter(measurement -> find(there, measurement) == null)
        .map(measurement -> measurement.record().subject())
        .toList();
  }

  private static @Nullable Measurement find(SavedRun run, Measurement wanted) {
    return run.measurements().stream()
        .filter(m -> m.record().subject().equals(wanted.record().subject()))
        .findFirst()
        .orElse(null);
  }
}
