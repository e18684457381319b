package io.ringflash.cli;

import io.ringflash.experiment.bench.Comparison;
import io.ringflash.experiment.bench.ComparisonText;
import io.ringflash.experiment.bench.SavedRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ringflash compare}. */
@Command(
    name = "compare",
    header = "Put two saved runs side by side, with a test of significance.",
    description = {
      "Ratios are of medians, B to A; p is that of the Mann-Whitney test of the raw samples, and",
      "a difference counts if p is below 0.05."
    })
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The yardstick: a folder that bench --save wrote, or a .jsonl of records.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "The run that is judged.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path second;

  @Option(
      names = "--fail-if-slower",
      paramLabel = "P%",
      description = {
        "Exit with 1 if B is slower by more than this anywhere, and it counts. Needs raw samples,",
        "which folders keep and a .jsonl does not."
      })
  private @Nullable Percentage tolerance;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  @Override
  public Integer call() {
    Comparison comparison = Comparison.of(SavedRun.load(first), SavedRun.load(second));
    if (comparison.pairs().isEmpty()) {
      throw new IllegalArgumentException(
          "%s and %s should have measurements in common but have none".formatted(first, second));
    }
    if (tolerance != null) {
      requireSamples(comparison);
    }
    json.print(comparison, () -> ComparisonText.render(comparison));
    if (tolerance == null) {
      return ExitCode.DONE;
    }
    var slower = comparison.slower(tolerance.fraction());
    slower.forEach(pair ->
        console.problem("%.1f %% slower: %s".formatted((pair.ratio() - 1) * 100, pair.subject())));
    return slower.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  /** A gate that nothing can close would let everything pass. */
  private void requireSamples(Comparison comparison) {
    long without = comparison.pairs().stream().filter(pair -> pair.pValue() == null).count();
    if (without > 0) {
      throw new IllegalArgumentException(
          "with --fail-if-slower %s and %s should have raw samples, as bench --save keeps them, but %d of %d pairs lack them"
              .formatted(first, second, without, comparison.pairs().size()));
    }
  }
}
