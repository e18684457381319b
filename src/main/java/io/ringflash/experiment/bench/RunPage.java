package io.ringflash.experiment.bench;

import io.ringflash.experiment.Units;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The page of a saved run: where it was made, what came out, pictures. */
final class RunPage {
  private RunPage() {}

  /**
   * @param pictures names of files beside the page
   */
  static String render(SavedRun run, List<String> pictures) {
    Environment environment = Objects.requireNonNull(run.environment());
    return """
    # %s

    | | |
    | --- | --- |
    | date | %s |
    | commit | %s |
    | machine | %s, %d cores, %s |
    | devices | %s |
    | system | %s |
    | JVM | %s |
    | command | `%s` |

    Medians of whole calls with their %.0f %% confidence intervals, every result verified against the FP64 oracle
    before it was timed. Raw samples and the steps of every rank are in `measurements.jsonl`, all fields in
    `records.csv`.

    %s
    %s\
    """
        .formatted(
            run.name(),
            environment.date(),
            environment.commit(),
            environment.machine(),
            environment.cores(),
            Units.bytes(environment.memoryBytes()),
            String.join("<br>", environment.devices()),
            environment.os(),
            environment.jvm(),
            environment.command(),
            Statistics.CONFIDENCE * 100,
            RecordFormat.MD.render(run.records(), 0),
            pictures.stream()
                .map(name -> "\n![%s](%s)".formatted(name.replaceFirst("\\.[a-z]+$", ""), name))
                .collect(Collectors.joining("\n")))
        .stripTrailing();
  }
}
