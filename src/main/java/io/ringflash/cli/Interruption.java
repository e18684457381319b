package io.ringflash.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C end the work in order: the ring stops, devices close, temporary files go. The JVM
 * exits with 130 by itself, but not before its shutdown hooks are done.
 */
final class Interruption {
  /** Not all work looks at interrupts; the user should not wait for it. */
  private static final long PATIENCE_SECONDS = 5;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Job job;

  private Interruption(Job job) {
    this.job = job;
  }

  /** From now on, an end of the JVM interrupts {@code worker} and waits for it. */
  static Interruption of(Thread worker, Job job) {
    Interruption interruption = new Interruption(job);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.stop(worker), "ringflash-shutdown"));
    return interruption;
  }

  /** The worker has nothing left to clean up. */
  void workEnded() {
    ended.countDown();
  }

  private void stop(Thread worker) {
    boolean cutShort = job.isWorking();
    worker.interrupt();
    if (cutShort) {
      job.terminated();
    }
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        if (job.mayReport()) {
          System.err.println("ringflash: interrupted");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
