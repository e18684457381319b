package io.ringflash.ring;

import java.util.function.BooleanSupplier;

/** The threads of a ring and the time that it goes by: the machine's, or those of a test. */
public interface Scheduler {
  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Starts {@code work} on a thread of its own. */
  Task start(String name, Runnable work);

  /**
   * Waits until {@code condition} holds, but no longer than {@code nanos}.
   *
   * @param condition looked at whenever {@link #signal} is called
   */
  void await(BooleanSupplier condition, long nanos) throws InterruptedException;

  /** What somebody may wait for has changed. */
  void signal();

  /** Work that was started. */
  interface Task {
    /** Waits for the thread, which has done its work. */
    void join() throws InterruptedException;
  }
}
