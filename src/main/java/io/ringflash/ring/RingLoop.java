package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.StopSignal;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the ranks of this process's devices, one platform thread each; where all devices are
 * embedded, the last rank runs in the caller's thread. The first rank to fail stops the others.
 *
 * <p>When {@link #run} returns or throws, no thread of the run is left, but for one case: after a
 * failure, a device that does not come back is not waited for longer than a moment. Its thread ends
 * and cleans up as soon as it does; until then, the next run waits for it.
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
    RankReport[] reports = new RankReport[group.size()];
    if (threads > 0) {
      awaitDevices(loops);
      running = List.copyOf(loops);
    }
    runRanks(loops, threads, control, reports);
    running = List.of();
    control.throwIfFailed();
    long end = scheduler.nanoTime();
    return new RingReport(
        job.schedule(),
        List.of(reports),
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

  /** An earlier run may have left some at work. */
  private void awaitDevices(List<RankLoop> loops) {
    for (int i = 0; i < loops.size(); i++) {
      RankThread user = group.busy().user(group.device(i));
      try {
        DeviceStalledException stall =
            user == null ? null : Supervisor.awaitReturn(user, scheduler);
        if (stall != null) {
          throw loops.get(i).failure(stall);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoppedException();
      }
    }
  }

  /** Whether no device needs somebody who watches over it. */
  private boolean isEmbedded(RingJob job) {
    if (job.processor() != null) {
      return false;
    }
    for (AttentionDevice device : group.devices()) {
      if (!device.isEmbedded()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Runs the first {@code threads} ranks in threads of their own; if that leaves one, it runs in
   * this thread: starting another would cost more than a small problem, and with as many threads as
   * cores none waits for another to make room.
   */
  private void runRanks(
      List<RankLoop> loops, int threads, RunControl control, RankReport[] reports) {
    Supervisor supervisor = new Supervisor(scheduler, control);
    for (int i = 0; i < threads && !control.stopRequested(); i++) {
      startRank(loops.get(i), i, control, supervisor, reports);
    }
    if (threads < loops.size()) {
      runRank(loops.get(threads), threads, control, reports);
      if (Thread.currentThread().isInterrupted()) {
        control.cancel();
      }
    }
    for (RankThread left : supervisor.await()) {
      group.busy().leave(group.device(left.device()), left);
    }
  }

  /** Starts a rank's thread; if the system refuses one, those that run already are stopped. */
  private void startRank(
      RankLoop loop, int device, RunControl control, Supervisor supervisor, RankReport[] reports) {
    RankThread thread = new RankThread(device, loop);
    AttentionDevice used = group.device(device);
    try {
      thread.start(
          scheduler,
          "ringflash-rank-" + (firstRank + device),
          () -> runRank(loop, device, control, reports),
          () -> group.busy().comeBack(used));
      supervisor.add(thread);
    } catch (Throwable e) {
      control.fail(loop.failure(e));
    }
  }

  private static void runRank(RankLoop loop, int device, RunControl control, RankReport[] reports) {
    try {
      reports[device] = loop.run();
    } catch (Throwable e) {
      // A rank that was stopped ends here, too; what stopped it is on record already.
      control.fail(
          e instanceof IllegalArgumentException refusal && !loop.prepared()
              ? refusal
              : loop.failure(e));
    }
  }
}
