package io.ringflash.experiment.plan;

import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.OuterRing;
import io.ringflash.ring.Placement;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.RingSchedule.Step;
import java.util.List;

/**
 * What each rank has to do at each step of a schedule: how much there is to compute, and whether
 * the block has to come at all, be it for the rank or for one behind it.
 */
final class Stages {
  private final Placement placement;
  private final RingSchedule schedule;
  private final int perHost;
  private final int[][] blocks;
  private final double[][] flops;
  private final boolean[][] present;
  private final long[][] deviceKeys;

  /**
   * @param shards per rank, its slices of queries; those of keys are the same
   */
  Stages(
      Workload workload,
      Machine machine,
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      boolean forwarded) {
    this.placement = machine.placement();
    this.perHost = machine.devicesPerHost();
    this.schedule =
        RingSchedule.ring(queries, keys, workload.mask(), workload.queryOffset(), placement);
    int ranks = schedule.ranks();
    blocks = new int[ranks][ranks];
    flops = new double[ranks][ranks];
    present = new boolean[ranks][ranks];
    deviceKeys = new long[ranks][ranks];
    for (int rank = 0; rank < ranks; rank++) {
      for (Step step : schedule.steps(rank)) {
        int t = step.index();
        blocks[rank][t] = step.block();
        // Devices that share the host's memory read blocks where they are.
        boolean partly = step.mask() != BlockMask.EMPTY && !machine.shared();
        deviceKeys[rank][t] = Workload.tokens(partly ? step.keys() : keys.get(step.block()));
        if (step.mask() != BlockMask.EMPTY) {
          present[rank][t] = true;
          flops[rank][t] =
              workload.flops(queries.get(rank), keys.get(step.block()), machine.costs().edgeKeys());
        }
      }
      long own = Workload.tokens(queries.get(rank));
      flops[rank][0] += workload.flops((double) own * workload.jointTokens());
      present[rank][0] = true;
    }
    if (forwarded) {
      addForwarded();
    }
  }

  /** Which blocks hosts pass on. */
  OuterRing outerRing() {
    return OuterRing.of(schedule, placement);
  }

  int ranks() {
    return blocks.length;
  }

  int steps() {
    return blocks.length;
  }

  int block(int rank, int step) {
    return blocks[rank][step];
  }

  /** Keys that come to a rank's device at a step, from its host or from another device there. */
  long deviceKeys(int rank, int step) {
    return deviceKeys[rank][step];
  }

  double flops(int rank, int step) {
    return flops[rank][step];
  }

  /** Whether the step's block comes to the rank. */
  boolean isPresent(int rank, int step) {
    return present[rank][step];
  }

  /** The next step whose block comes to the rank, or the number of steps. */
  int next(int rank, int step) {
    int next = step;
    while (next < steps() && !present[rank][next]) {
      next++;
    }
    return next;
  }

  /** Whether the step's block comes from another host. */
  boolean isOuter(int step) {
    return step % perHost == 0;
  }

  /** The rank that a block is forwarded from within a host. */
  int innerSource(int rank) {
    int host = rank / perHost;
    return host * perHost + Math.floorMod(rank - 1, perHost);
  }

  /** The rank of the host before that a block comes from. */
  int outerSource(int rank) {
    return Math.floorMod(rank - perHost, ranks());
  }

  int host(int rank) {
    return rank / perHost;
  }

  /** A block that a rank behind needs has to come here before. */
  private void addForwarded() {
    for (int t = steps() - 1; t >= 1; t--) {
      for (int rank = 0; rank < ranks(); rank++) {
        if (present[rank][t]) {
          int source = isOuter(t) ? outerSource(rank) : innerSource(rank);
          int earlier = isOuter(t) ? t - perHost : t - 1;
          present[source][earlier] = true;
        }
      }
    }
  }
}
