package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;

/** How K/V blocks reach the device that folds them in next. */
public interface Exchange extends AutoCloseable {
  /** Starts bringing {@code block} into a buffer of {@code shard}; returns at once. */
  Transfer start(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block);

  /**
   * Brings {@code block} into a buffer of {@code shard} while the caller has nothing else to do.
   *
   * @return nanoseconds that the transfer took
   */
  default long bring(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block) {
    return start(shard, buffer, block).await();
  }

  /** Whether {@code block} first has to come from somebody whose pace is not this process's. */
  default boolean waitsForOthers(KeyValueBlock block) {
    return false;
  }

  /**
   * The run has failed: transfers that wait for somebody else end with {@link
   * io.ringflash.engine.StopSignal.StoppedException}.
   */
  default void stop() {}

  /** Stops accepting transfers; those under way must have been awaited. */
  @Override
  void close();

  /** A transfer under way. */
  interface Transfer {
    /**
     * Waits until the block has arrived.
     *
     * @return nanoseconds that the transfer itself took
     * @throws RuntimeException what the transfer failed with
     */
    long await();
  }
}
