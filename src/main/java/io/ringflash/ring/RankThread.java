package io.ringflash.ring;

import io.ringflash.ring.Scheduler.Task;
import org.jspecify.annotations.Nullable;

/** The thread of one rank in one run, and the watch over it. */
final class RankThread {
  private final int device;
  private final RankWork work;
  private volatile boolean ended;
  private @Nullable Task task;

  /**
   * @param device its index in the group
   */
  RankThread(int device, RankWork work) {
    this.device = device;
    this.work = work;
  }

  int device() {
    return device;
  }

  RankWork work() {
    return work;
  }

  /** Whether the rank has come to its end, or never began. */
  boolean ended() {
    return ended;
  }

  /**
   * Starts the rank.
   *
   * @param body does the rank's work, and tells whoever needs to know how it ended
   * @param afterwards called when nothing of it is under way any more
   */
  void start(Scheduler scheduler, String name, Runnable body, Runnable afterwards) {
    task =
        scheduler.start(
            name,
            () -> {
              try {
                body.run();
              } finally {
                ended = true;
                afterwards.run();
                scheduler.signal();
              }
            });
  }

  /** Waits for the thread of a rank that has ended. */
  void join() throws InterruptedException {
    if (task != null) {
      task.join();
    }
  }
}
