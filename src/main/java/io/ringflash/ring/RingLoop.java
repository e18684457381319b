package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Collectors;

/**
 * Runs the ranks of this process's devices, one platform thread each; a ring of one runs in the
 * caller's thread. The first rank to fail stops the others; when {@link #run} returns or throws, no
 * thread of the run is left.
 */
public final class RingLoop {
  private final DeviceGroup group;
  private final Transfers transfers;
  private final int firstRank;
  private final ThreadFactory threadFactory;
  private volatile List<RankLoop> running = List.of();

  /** A loop whose devices are all of the ring. */
  public RingLoop(DeviceGroup group, Transfers transfers) {
    this(group, transfers, 0);
  }

  /**
   * @param firstRank rank of the group's first device
   */
  RingLoop(DeviceGroup group, Transfers transfers, int firstRank) {
    this(group, transfers, firstRank, Thread.ofPlatform().factory());
  }

  /** A loop whose ranks run on threads of {@code threadFactory}, which are given names here. */
  RingLoop(DeviceGroup group, Transfers transfers, int firstRank, ThreadFactory threadFactory) {
    this.group = group;
    this.transfers = transfers;
    this.firstRank = firstRank;
    this.threadFactory = threadFactory;
  }

  /** Each rank of the present run, and the step that it has come to. */
  String positions() {
    return running.stream().map(RankLoop::position).collect(Collectors.joining(", "));
  }

  /**
   * Runs {@code job}.
   *
   * @throws RingException the first failure of a rank
   * @throws StoppedException if the calling thread was interrupted
   */
  public RingReport run(RingJob job) {
    long start = System.nanoTime();
    RunControl control = new RunControl(transfers::stop);
    RankReport[] reports = new RankReport[group.size()];
    StopSignal stop = group.size() == 1 ? interruptible(control) : control;
    List<RankLoop> loops = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      loops.add(new RankLoop(job, firstRank + i, group.device(i), transfers, stop, start));
    }
    running = List.copyOf(loops);
    if (loops.size() == 1) {
      // A ring of one needs no thread of its own; starting it would cost more than a small problem.
      runRank(loops.getFirst(), 0, control, reports);
      stop.stopRequested();
    } else {
      runThreads(loops, control, reports);
    }
    running = List.of();
    control.throwIfFailed();
    return new RingReport(
        job.schedule(), List.of(reports), System.nanoTime() - start, transfers.way());
  }

  /** Stops when the calling thread is interrupted, which then runs a rank. */
  private static StopSignal interruptible(RunControl control) {
    Thread caller = Thread.currentThread();
    return () -> {
      if (caller.isInterrupted()) {
        control.cancel();
      }
      return control.stopRequested();
    };
  }

  private void runThreads(List<RankLoop> loops, RunControl control, RankReport[] reports) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < group.size() && !control.stopRequested(); i++) {
      int device = i;
      startRank(
          device, () -> runRank(loops.get(device), device, control, reports), control, threads);
    }
    join(threads, control);
  }

  /** Starts a rank's thread; if the system refuses one, those that run already are stopped. */
  private void startRank(int device, Runnable work, RunControl control, List<Thread> threads) {
    try {
      Thread thread = threadFactory.newThread(work);
      thread.setName("ringflash-rank-" + (firstRank + device));
      thread.start();
      threads.add(thread);
    } catch (Throwable e) {
      control.fail(failure(device, 0, e));
    }
  }

  private void runRank(RankLoop loop, int device, RunControl control, RankReport[] reports) {
    try {
      reports[device] = loop.run();
    } catch (Throwable e) {
      // A rank that was stopped ends here, too; what stopped it is on record already.
      control.fail(failure(device, loop.currentStep(), e));
    }
  }

  private RingException failure(int device, int step, Throwable cause) {
    return new RingException(firstRank + device, group.device(device).info().id(), step, cause);
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
