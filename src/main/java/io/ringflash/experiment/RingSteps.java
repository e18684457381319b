package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.Sharding;
import java.util.Arrays;
import java.util.List;

/** How many steps a run has, to tell how far it is. */
public final class RingSteps {
  private RingSteps() {}

  /**
   * Steps of all ranks that compute something, joint ones included; an estimate for {@link
   * Sharding#WEIGHTED}, whose shards are measured later.
   */
  public static long count(
      AttentionProblem problem, AttentionInputs inputs, Sharding sharding, int ranks) {
    double[] equal = new double[ranks];
    Arrays.fill(equal, 1);
    List<List<PositionSlice>> queries = sharding.shard(problem.shape().seqLenQ(), equal);
    List<List<PositionSlice>> keys = sharding.shard(problem.shape().seqLenK(), equal);
    RingSchedule schedule = RingSchedule.ring(queries, keys, problem.mask(), problem.queryOffset());
    long steps = inputs.jointKeys() > 0 ? ranks : 0;
    for (int rank = 0; rank < ranks; rank++) {
      steps += schedule.activeSteps(rank).size();
    }
    return steps;
  }
}
