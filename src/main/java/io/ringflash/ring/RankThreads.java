package io.ringflash.ring;

import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.StopSignal.StoppedException;
import java.util.List;

/**
 * Runs what the ranks of this process's devices do, one platform thread each, and watches over the
 * devices. The first rank to fail stops the others.
 *
 * <p>When {@link #run} returns or throws, no thread is left, but for one case: after a failure, a
 * device that does not come back is not waited for longer than a moment. Its thread ends and cleans
 * up as soon as it does; until then, the next run waits for it.
 */
final class RankThreads {
  private final DeviceGroup group;
  private final Scheduler scheduler;

  RankThreads(DeviceGroup group, Scheduler scheduler) {
    this.group = group;
    this.scheduler = scheduler;
  }

  /**
   * Runs one work for each of the group's devices.
   *
   * <p>The first {@code threads} of them get threads of their own; if that leaves one, it runs in
   * this thread: starting another would cost more than a small problem, and with as many threads as
   * cores none waits for another to make room.
   *
   * @param control of these ranks
   * @throws RuntimeException the first failure, as its rank reports it
   * @throws StoppedException if the calling thread was interrupted
   */
  void run(List<? extends RankWork> works, int threads, RunControl control) {
    awaitDevices(works);
    Supervisor supervisor = new Supervisor(scheduler, control);
    for (int i = 0; i < threads && !control.stopRequested(); i++) {
      start(works.get(i), i, control, supervisor);
    }
    if (threads < works.size()) {
      run(works.get(threads), control);
      if (Thread.currentThread().isInterrupted()) {
        control.cancel();
      }
    }
    for (RankThread left : supervisor.await()) {
      group.busy().leave(group.device(left.device()), left);
    }
    control.throwIfFailed();
  }

  /** An earlier run may have left some at work. */
  private void awaitDevices(List<? extends RankWork> works) {
    for (int i = 0; i < works.size(); i++) {
      RankThread user = group.busy().user(group.device(i));
      try {
        DeviceStalledException stall =
            user == null ? null : Supervisor.awaitReturn(user, scheduler);
        if (stall != null) {
          throw works.get(i).failure(stall);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoppedException();
      }
    }
  }

  /** Starts a rank's thread; if the system refuses one, those that run already are stopped. */
  private void start(RankWork work, int device, RunControl control, Supervisor supervisor) {
    RankThread thread = new RankThread(device, work);
    AttentionDevice used = group.device(device);
    try {
      thread.start(
          scheduler,
          "ringflash-rank-" + work.rank(),
          () -> run(work, control),
          () -> group.busy().comeBack(used));
      supervisor.add(thread);
    } catch (Throwable e) {
      control.fail(work.failure(e));
    }
  }

  private static void run(RankWork work, RunControl control) {
    try {
      work.run();
    } catch (Throwable e) {
      // A rank that was stopped ends here, too; what stopped it is on record already.
      control.fail(work.failure(e));
    }
  }
}
