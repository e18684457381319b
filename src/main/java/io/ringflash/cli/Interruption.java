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

  private Interruption() {}

  /** From now on, an end of the JVM interrupts {@code worker} and waits for it. */
  static Interruption of(Thread worker) {
    Interruption interruption = new Interruption();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.stop(worker), "ringflash-shutdown"));
    return interruption;
  }

  /** The worker has nothing left to clean up. */
  void workEnded() {
    ended.countDown();
  }

  private void stop(Thread worker) {
    worker.interrupt();
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ringflash: interrupted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
