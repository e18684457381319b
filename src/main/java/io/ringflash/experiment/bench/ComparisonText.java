package io.ringflash.experiment.bench;

import io.ringflash.experiment.TextTable;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.bench.Comparison.Pair;
import java.util.List;
import java.util.Locale;

/** A comparison as text. */
public final class ComparisonText {
  private static final double SMALLEST_P = 0.001;

  private ComparisonText() {}

  /** A line for each pair, then what has no partner. */
  public static String render(Comparison comparison) {
    TextTable table =
        new TextTable()
            .left("measurement")
            .right(comparison.first() + " ms")
            .right(comparison.second() + " ms")
            .right("ratio")
            .right("p")
            .left("");
    comparison.pairs().forEach(pair -> table.row(cells(pair)));
    return table.render()
        + alone(comparison.first(), comparison.onlyInFirst())
        + alone(comparison.second(), comparison.onlyInSecond());
  }

  private static List<String> cells(Pair pair) {
    return List.of(
        pair.subject(),
        Units.significant(pair.firstMillis()),
        Units.significant(pair.secondMillis()),
        String.format(Locale.ROOT, "%.3f", pair.ratio()),
        pValue(pair),
        verdict(pair));
  }

  private static String pValue(Pair pair) {
    if (pair.pValue() == null) {
      return "–";
    }
    return pair.pValue() < SMALLEST_P
        ? "< 0.001"
        : String.format(Locale.ROOT, "%.3f", pair.pValue());
  }

  private static String verdict(Pair pair) {
    if (!pair.significant()) {
      return "no significant difference";
    }
    return pair.ratio() > 1 ? "slower" : "faster";
  }

  private static String alone(String run, List<String> subjects) {
    return subjects.isEmpty()
        ? ""
        : "\nonly in %s:\n  %s".formatted(run, String.join("\n  ", subjects));
  }
}
