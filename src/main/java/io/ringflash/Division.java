package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.Tensor;
import java.util.List;

/**
 * How a call's sequence is divided.
 *
 * @param queries per rank, its slices of the queries
 * @param jointQueries per rank, its slices of the joint queries, which belong to no shard of the
 *     sequence; a rank without a share of that has none of them
 * @param blocks per K/V block, its slices of the keys
 */
record Division(
    List<List<PositionSlice>> queries,
    List<List<PositionSlice>> jointQueries,
    List<List<PositionSlice>> blocks) {
  /**
   * As the options ask: blocks are the ranks' own shards, or what gives the same bits on any ring.
   *
   * @param speeds of the ranks, as sharding takes them
   */
  static Division of(AttentionOptions options, long seqLenQ, long seqLenK, double[] speeds) {
    return new Division(
        options.sharding().shard(seqLenQ, speeds),
        jointQueries(options, speeds),
        options.deterministic()
            ? RingSchedule.canonicalBlocks(seqLenK, speeds.length)
            : options.sharding().shard(seqLenK, speeds));
  }

  private static List<List<PositionSlice>> jointQueries(AttentionOptions options, double[] speeds) {
    Tensor joint = options.jointQuery();
    Sharding sharding =
        options.sharding() == Sharding.WEIGHTED ? Sharding.WEIGHTED : Sharding.CONTIGUOUS;
    return sharding.shard(joint == null ? 0 : joint.dim(1), speeds).stream()
        .map(slices ->
            slices.stream()
                .map(slice -> PositionSlice.joint(slice.start(), slice.length()))
                .toList())
        .toList();
  }
}
