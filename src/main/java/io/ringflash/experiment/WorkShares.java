package io.ringflash.experiment;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.VisiblePairs;
import io.ringflash.ring.Sharding;
import java.util.Arrays;

/** How evenly a sharding divides the visible pairs among equally fast devices. */
public final class WorkShares {
  private WorkShares() {}

  /** Each rank's fraction of the visible pairs of the sequence. */
  public static double[] of(AttentionProblem problem, Sharding sharding, int ranks) {
    double[] speeds = new double[ranks];
    Arrays.fill(speeds, 1);
    double[] shares =
        sharding.shard(problem.shape().seqLenQ(), speeds).stream()
            .mapToDouble(slices -> VisiblePairs.ofSlices(problem, slices))
            .toArray();
    double total = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(share -> total == 0 ? 1.0 / ranks : share / total).toArray();
  }

  /** How many times longer than an even ring this one takes. */
  public static double slowdown(double[] shares) {
    return Arrays.stream(shares).max().orElse(0) * shares.length;
  }
}
