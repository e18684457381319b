package io.ringflash.ring;

import io.ringflash.engine.KeyValueBuffer;

/** The transfers of K/V blocks in one run. */
public interface Transfers {
  /** How blocks travel, for reports. */
  ExchangeWay way();

  /** Starts to bring a block; returns at once. */
  Transfer start(BlockRequest request);

  /**
   * Brings a block while the caller has nothing else to do.
   *
   * @return nanoseconds that the transfer took
   */
  default long bring(BlockRequest request) {
    return start(request).await();
  }

  /**
   * Whether a block that was asked for still has to come from somebody whose pace is not this
   * rank's. Any thread may ask.
   */
  default boolean waitsForOthers(BlockRequest request) {
    return false;
  }

  /**
   * Waits until other devices have taken from {@code buffer} all that they will.
   *
   * @throws io.ringflash.engine.StopSignal.StoppedException if the run stops before
   */
  default void handOver(KeyValueBuffer buffer) {}

  /**
   * No other device will read {@code buffer} any more; waits for those that do. To be called before
   * the buffer is freed, whether or not the run has failed.
   */
  default void withdraw(KeyValueBuffer buffer) {}

  /**
   * The run has failed: transfers that wait for somebody else end with {@link
   * io.ringflash.engine.StopSignal.StoppedException}.
   */
  default void stop() {}

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
