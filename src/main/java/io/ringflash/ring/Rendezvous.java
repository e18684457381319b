package io.ringflash.ring;

import io.ringflash.engine.StopSignal.StoppedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Where all ranks of a group wait for each other, any number of times. */
final class Rendezvous {
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int ranks;
  private final Scheduler scheduler;
  private final AtomicLong arrivals = new AtomicLong();

  Rendezvous(int ranks, Scheduler scheduler) {
    this.ranks = ranks;
    this.scheduler = scheduler;
  }

  /**
   * Returns when all ranks have come here as often as the calling one.
   *
   * @param watch over the calling rank
   * @throws StoppedException if the ranks are stopped meanwhile
   */
  void meet(RankWatch watch) {
    watch.beginUnlimited("waiting for another rank");
    long all = Math.ceilDiv(arrivals.incrementAndGet(), ranks) * ranks;
    scheduler.signal();
    while (arrivals.get() < all) {
      watch.check();
      await(all, watch);
    }
  }

  private void await(long all, RankWatch watch) {
    try {
      scheduler.await(() -> arrivals.get() >= all || watch.stopRequested(), TICK_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }
}
