package io.ringflash.experiment.trace;

import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunReport.Rank;
import io.ringflash.experiment.RunReport.Step;
import java.util.List;

/** A run of two ranks for tests: the second waits for its last block. */
public final class Runs {
  private Runs() {}

  public static RunReport two() {
    Rank first =
        rank(
            0,
            List.of(
                new Step(-1, -1, "full", 4, 2048, 0.0001, 0.0002, 0.0002, 0.0003, 0.0005),
                new Step(0, 0, "partial", 32, 16384, 0.001, 0.0005, 0.0005, 0.0015, 0.004)));
    Rank second =
        rank(
            1,
            List.of(
                new Step(0, 1, "partial", 32, 16384, 0.0001, 0.0005, 0.0005, 0.0006, 0.004),
                new Step(1, 0, "full", 32, 16384, 0.0006, 0.005, 0.001, 0.0056, 0.006)));
    return new RunReport(
        new AttentionShape(1, 64, 64, 2, 2, 32),
        "fp32",
        "auto",
        "vector",
        "contiguous",
        "host",
        "",
        false,
        0.0125,
        1_000_000,
        0.08,
        51_200,
        List.of(first, second),
        null,
        List.of());
  }

  private static Rank rank(int rank, List<Step> steps) {
    return new Rank(
        rank,
        "cpu:" + rank,
        "vector",
        32,
        0,
        0.0045,
        0.0007,
        18_432,
        0.0001,
        0.0117,
        0.0006,
        steps);
  }
}
