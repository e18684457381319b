package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;

/**
 * A rank's wish for a K/V block.
 *
 * @param rank whose it is
 * @param turn index of the step among those of the rank that compute something, {@link #JOINT} for
 *     the joint block
 * @param index of the block that this is, or is a part of, in the job; {@link #JOINT} for the joint
 *     block
 * @param shard of the rank
 * @param buffer of the shard, which nobody reads or writes
 * @param block as it lies in host memory
 */
public record BlockRequest(
    int rank,
    int turn,
    int index,
    ShardAttention shard,
    KeyValueBuffer buffer,
    KeyValueBlock block) {
  /** The turn of the joint block, before all others, and its index. */
  static final int JOINT = -1;

  /**
   * Brings the block from host memory.
   *
   * @return nanoseconds that it took
   */
  long load() {
    long start = System.nanoTime();
    shard.load(buffer, block);
    return System.nanoTime() - start;
  }

  /**
   * Brings the block from another device.
   *
   * @param source holds it
   * @return nanoseconds that it took
   */
  long copy(KeyValueBuffer source) {
    long start = System.nanoTime();
    shard.copy(buffer, source, block);
    return System.nanoTime() - start;
  }
}
