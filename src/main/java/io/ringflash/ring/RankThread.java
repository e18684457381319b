package io.ringflash.ring;

import io.ringflash.ring.Scheduler.Task;
import org.jspecify.annotations.Nullable;

/** The thread of one rank in one run, and the watch over it. */
final class RankThread {
  private final int device;
  private final RankLoop loop;
  private volatile boolean ended;
  private @Nullable Task task;

  /**
   * @param device its index in the group
   */
  RankThread(int device, RankLoop loop) {
    this.device = device;
    this.loop = loop;
  }

  int device() {
    return device;
  }

  RankLoop loop() {
    return loop;
  }

  /** Whether the rank has come to its end, or never began. */
  boolean ended() {
    return ended;
  }

  /**
   * Starts the rank.
   *
   * @param work that the rank does
   * @param afterwards called when nothing of it is under way any more
   */
  void start(Scheduler scheduler, String name, Runnable work, Runnable afterwards) {
    task =
        scheduler.start(
            name,
            () -> {
              try {
                work.run();
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
