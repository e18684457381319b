package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the ranks of this process's devices as {@link RankThreads} does; where all devices are
 * embedded, the last rank runs in the caller's thread.
 */
public final class RingLoop {
  private final DeviceGroup group;
  private final Transfers transfers;
  private final int firstRank;
  private final List<Pace> paces;
  private final Scheduler scheduler;
  private final @Nullable BlockChecks checks;
  private volatile List<RankLoop> running = List.of();

  /**
   * @param firstRank rank of the group's first device
   * @param paces of the group's devices
   * @param checks compares blocks with what left, or null
   */
  RingLoop(
      DeviceGroup group,
      Transfers transfers,
      int firstRank,
      List<Pace> paces,
      Scheduler scheduler,
      @Nullable BlockChecks checks) {
    this.group = group;
    this.transfers = transfers;
    this.firstRank = firstRank;
    this.paces = paces;
    this.scheduler = scheduler;
    this.checks = checks;
  }

  /** Each rank of the present run, and the step that it has come to. */
  String positions() {
    return running.stream().map(RankLoop::position).collect(Collectors.joining(", "));
  }

  /**
   * Runs {@code job}.
   *
   * @throws RingException the first failure of a rank
   * @throws IllegalArgumentException if a device has no kernel for its share
   * @throws StoppedException if the calling thread was interrupted
   */
  RingReport run(RingJob job) {
    long start = scheduler.nanoTime();
    RunControl control = new RunControl(this::stopOthers);
    int threads = isEmbedded(job) ? group.size() - 1 : group.size();
    StopSignal interrupts = interruptible(control);
    List<RankLoop> loops = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      StopSignal stop = i < threads ? control : interrupts;
      RankClock clock = new RankClock(new RankWatch(stop), paces.get(i), scheduler, start);
      loops.add(
          new RankLoop(job, firstRank + i, group.device(i), transfers, clock, checks, control));
    }
    running = List.copyOf(loops);
    try {
      new RankThreads(group, scheduler).run(loops, threads, control);
    } finally {
      running = List.of();
    }
    long end = scheduler.nanoTime();
    return new RingReport(
        job.schedule(),
        loops.stream().map(RankLoop::report).toList(),
        end - start,
        List.of(),
        List.of(),
        checkNanos(),
        transfers.way());
  }

  private void stopOthers() {
    transfers.stop();
    scheduler.signal();
  }

  private long checkNanos() {
    return checks == null ? 0 : checks.nanos();
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

  /** Whether no device needs somebody who watches over it. */
  private boolean isEmbedded(RingJob job) {
    return job.processor() == null && group.isEmbedded();
  }
}
