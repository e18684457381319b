package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.Ring;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.Sharding;
import java.util.Arrays;
import java.util.List;

/** How many steps a run has, to tell how far it is. */
public final class RingSteps {
  private RingSteps() {}

  /**
   * Steps of this process's ranks that compute something, joint ones included; an estimate for
   * {@link Sharding#WEIGHTED}, whose shards are measured later.
   */
  public static long count(
      AttentionProblem problem, AttentionInputs inputs, Sharding sharding, Ring ring) {
    double[] equal = new double[ring.ranks()];
    Arrays.fill(equal, 1);
    List<List<PositionSlice>> queries = sharding.shard(problem.shape().seqLenQ(), equal);
    List<List<PositionSlice>> keys = sharding.shard(problem.shape().seqLenK(), equal);
    RingSchedule schedule =
        RingSchedule.ring(queries, keys, problem.mask(), problem.queryOffset(), ring.placement());
    int joint = inputs.jointKeys() > 0 ? 1 : 0;
    return ring.localRanks().mapToLong(rank -> joint + schedule.activeSteps(rank).size()).sum();
  }
}
