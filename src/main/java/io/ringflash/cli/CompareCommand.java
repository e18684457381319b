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
      description = "Exit with 1 if B is slower by more than this anywhere, and it counts.")
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
    json.print(comparison, () -> ComparisonText.render(comparison));
    if (tolerance == null) {
      return ExitCode.DONE;
    }
    var slower = comparison.slower(tolerance.fraction());
    slower.forEach(pair ->
        console.problem("%.1f %% slower: %s".formatted((pair.ratio() - 1) * 100, pair.subject())));
    return slower.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }
}
