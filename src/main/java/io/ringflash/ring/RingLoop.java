package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Runs all ranks of a ring, one platform thread each; a ring of one runs in the caller's thread.
 * The first rank to fail stops the others; when {@link #run} returns or throws, no thread of the
 * run is left.
 */
public final class RingLoop {
  private final DeviceGroup group;
  private final Exchange exchange;
  private final ThreadFactory threadFactory;

  public RingLoop(DeviceGroup group, Exchange exchange) {
    this(group, exchange, Thread.ofPlatform().factory());
  }

  /** A loop whose ranks run on threads of {@code threadFactory}, which are given names here. */
  RingLoop(DeviceGroup group, Exchange exchange, ThreadFactory threadFactory) {
    this.group = group;
    this.exchange = exchange;
    this.threadFactory = threadFactory;
  }

  /**
   * Runs {@code job}.
   *
   * @throws RingException the first failure of a rank
   * @throws StoppedException if the calling thread was interrupted
   */
  public RingReport run(RingJob job) {
    long start = System.nanoTime();
    RunControl control = new RunControl();
    RankReport[] reports = new RankReport[group.size()];
    if (group.size() == 1) {
      runHere(job, control, reports, start);
    } else {
      runThreads(job, control, reports, start);
    }
    control.throwIfFailed();
    return new RingReport(job.schedule(), List.of(reports), System.nanoTime() - start);
  }

  /** A ring of one needs no thread of its own; starting it would cost more than a small problem. */
  private void runHere(RingJob job, RunControl control, RankReport[] reports, long start) {
    Thread caller = Thread.currentThread();
    StopSignal stop =
        () -> {
          if (caller.isInterrupted()) {
            control.cancel();
          }
          return control.stopRequested();
        };
    runRank(new RankLoop(job, 0, group.device(0), exchange, stop, start), 0, control, reports);
    stop.stopRequested();
  }

  private void runThreads(RingJob job, RunControl control, RankReport[] reports, long start) {
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < group.size() && !control.stopRequested(); rank++) {
      int r = rank;
      RankLoop loop = new RankLoop(job, r, group.device(r), exchange, control, start);
      startRank(r, () -> runRank(loop, r, control, reports), control, threads);
    }
    join(threads, control);
  }

  /** Starts a rank's thread; if the system refuses one, those that run already are stopped. */
  private void startRank(int rank, Runnable work, RunControl control, List<Thread> threads) {
    try {
      Thread thread = threadFactory.newThread(work);
      thread.setName("ringflash-rank-" + rank);
      thread.start();
      threads.add(thread);
    } catch (Throwable e) {
      control.fail(new RingException(rank, group.device(rank).info().id(), 0, e));
    }
  }

  private void runRank(RankLoop loop, int rank, RunControl control, RankReport[] reports) {
    try {
      reports[rank] = loop.run();
    } catch (Throwable e) {
      // A rank that was stopped ends here, too; what stopped it is on record already.
      String device = group.device(rank).info().id();
      control.fail(new RingException(rank, device, loop.currentStep(), e));
    }
  }

  private static void join(List<Thread> threads, RunControl control) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          control.cancel();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
