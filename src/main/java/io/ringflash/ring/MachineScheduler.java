package io.ringflash.ring;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The machine's own threads and time. */
public final class MachineScheduler implements Scheduler {
  private final ThreadFactory factory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Ranks run on daemon threads: one that a device keeps must not keep the program, too. */
  public MachineScheduler() {
    this(Thread.ofPlatform().daemon().factory());
  }

  /**
   * @param factory makes the threads, which are given names here
   */
  MachineScheduler(ThreadFactory factory) {
    this.factory = factory;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Task start(String name, Runnable work) {
    Thread thread = factory.newThread(work);
    thread.setName(name);
    thread.start();
    return thread::join;
  }

  @Override
  public void await(BooleanSupplier condition, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!condition.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
