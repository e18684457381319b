package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.StopSignal;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the ranks of this process's devices, one platform thread each; a ring of one embedded device
 * runs in the caller's thread. The first rank to fail stops the others.
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
    boolean inCaller = group.size() == 1 && group.device(0).isEmbedded() && job.processor() == null;
    StopSignal stop = inCaller ? interruptible(control) : control;
    List<RankLoop> loops = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      RankClock clock = new RankClock(new RankWatch(stop), paces.get(i), scheduler, start);
      loops.add(
          new RankLoop(job, firstRank + i, group.device(i), transfers, clock, checks, control));
    }
    RankReport[] reports = new RankReport[group.size()];
    if (inCaller) {
      // Starting a thread would cost more than a small problem.
      runRank(loops.getFirst(), 0, control, reports);
      stop.stopRequested();
    } else {
      awaitDevices(loops);
      running = List.copyOf(loops);
      runThreads(loops, control, reports);
      running = List.of();
    }
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

  private void runThreads(List<RankLoop> loops, RunControl control, RankReport[] reports) {
    Supervisor supervisor = new Supervisor(scheduler, control);
    for (int i = 0; i < loops.size() && !control.stopRequested(); i++) {
      startRank(loops.get(i), i, control, supervisor, reports);
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
