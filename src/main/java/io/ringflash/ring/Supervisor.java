package io.ringflash.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The calling thread's part in a run: it waits for the ranks' threads and watches over their
 * devices. Once the run has failed it waits a moment more, and then leaves behind whoever has not
 * come back.
 */
final class Supervisor {
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** With this a run whose device has raised an error is over within a second. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Scheduler scheduler;
  private final RunControl control;
  private final List<RankThread> threads = new ArrayList<>();
  private boolean interrupted;

  Supervisor(Scheduler scheduler, RunControl control) {
    this.scheduler = scheduler;
    this.control = control;
  }

  /** Adds a thread that has been started. */
  void add(RankThread thread) {
    threads.add(thread);
  }

  /**
   * Returns when all threads have ended, or the run has failed and had time to stop.
   *
   * @return threads that have not ended
   */
  List<RankThread> await() {
    if (threads.isEmpty()) {
      return List.of();
    }
    long last = scheduler.nanoTime();
    while (!control.stopRequested() && !allEnded()) {
      pause(() -> control.stopRequested() || allEnded(), TICK_NANOS);
      long now = scheduler.nanoTime();
      look(seen(last, now));
      last = now;
    }
    long end = scheduler.nanoTime() + GRACE_NANOS;
    while (!allEnded() && scheduler.nanoTime() < end) {
      pause(this::allEnded, end - scheduler.nanoTime());
    }
    List<RankThread> left = threads.stream().filter(thread -> !thread.ended()).toList();
    threads.stream().filter(RankThread::ended).forEach(this::join);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return left;
  }

  /**
   * Waits for a thread that an earlier run has left behind.
   *
   * @return what to report if it does not come back, otherwise null
   */
  static @Nullable DeviceStalledException awaitReturn(RankThread thread, Scheduler scheduler)
      throws InterruptedException {
    long last = scheduler.nanoTime();
    while (!thread.ended()) {
      scheduler.await(thread::ended, TICK_NANOS);
      long now = scheduler.nanoTime();
      DeviceStalledException stall = thread.work().watch().look(seen(last, now));
      if (stall != null && !thread.ended()) {
        return stall;
      }
      last = now;
    }
    return null;
  }

  /** More than two ticks were not seen: the whole program may have been suspended. */
  private static long seen(long last, long now) {
    return Math.min(now - last, 2 * TICK_NANOS);
  }

  private void look(long nanos) {
    for (RankThread thread : threads) {
      DeviceStalledException stall = thread.ended() ? null : thread.work().watch().look(nanos);
      if (stall != null) {
        control.fail(thread.work().failure(stall));
      }
    }
  }

  private boolean allEnded() {
    for (RankThread thread : threads) {
      if (!thread.ended()) {
        return false;
      }
    }
    return true;
  }

  private void pause(BooleanSupplier until, long nanos) {
    try {
      scheduler.await(until, nanos);
    } catch (InterruptedException e) {
      interrupted = true;
      control.cancel();
    }
  }

  private void join(RankThread thread) {
    while (true) {
      try {
        thread.join();
        return;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }
}
