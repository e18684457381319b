package io.ringflash.ring;

import java.util.function.BooleanSupplier;

/** The machine's threads, for which a minute passes in little more than a second. */
final class FastTime implements Scheduler {
  static final int FACTOR = 50;

  private final Scheduler machine = new MachineScheduler();

  @Override
  public long nanoTime() {
    return FACTOR * machine.nanoTime();
  }

  @Override
  public Task start(String name, Runnable work) {
    return machine.start(name, work);
  }

  @Override
  public void await(BooleanSupplier condition, long nanos) throws InterruptedException {
    machine.await(condition, nanos / FACTOR);
  }

  @Override
  public void signal() {
    machine.signal();
  }
}
