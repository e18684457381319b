package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RingSchedule;
import java.util.List;

/**
 * How a call's sequence is divided.
 *
 * @param queries per rank, its slices of the queries
 * @param blocks per K/V block, its slices of the keys
 */
record Division(List<List<PositionSlice>> queries, List<List<PositionSlice>> blocks) {
  /**
   * As the options ask: blocks are the ranks' own shards, or what gives the same bits on any ring.
   *
   * @param speeds of the ranks, as sharding takes them
   */
  static Division of(AttentionOptions options, long seqLenQ, long seqLenK, double[] speeds) {
    return new Division(
        options.sharding().shard(seqLenQ, speeds),
        options.deterministic()
            ? RingSchedule.canonicalBlocks(seqLenK, speeds.length)
            : options.sharding().shard(seqLenK, speeds));
  }
}
