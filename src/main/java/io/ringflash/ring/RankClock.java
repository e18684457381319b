package io.ringflash.ring;

import java.util.function.BooleanSupplier;

/**
 * What a rank tells the time by, and whom it tells how long its device may take.
 *
 * @param watch over the rank
 * @param pace of its device
 * @param scheduler whose time it is
 * @param runStart instant at which the run began
 */
record RankClock(RankWatch watch, Pace pace, Scheduler scheduler, long runStart) {
  long nanoTime() {
    return scheduler.nanoTime();
  }

  /** Nanoseconds since the run began. */
  long sinceStart() {
    return nanoTime() - runStart;
  }

  /** The device begins to move so many bytes, or to allocate memory for them. */
  void beginTransfer(String name, long bytes) {
    watch.begin(name, pace.transferLimit(bytes));
  }

  /**
   * As {@link #beginTransfer(String, long)}, once the bytes are there to be moved.
   *
   * @param waits whether they are not
   */
  void beginTransfer(String name, long bytes, BooleanSupplier waits) {
    watch.begin(name, pace.transferLimit(bytes), waits);
  }

  /**
   * The device begins to make itself ready.
   *
   * @param bytes of its queries
   * @param compiles whether it may have to compile kernels
   */
  void beginPreparation(long bytes, boolean compiles) {
    watch.begin("preparing", pace.preparationLimit(bytes, compiles));
  }

  /** The device begins so many floating-point operations. */
  void beginFold(double flops) {
    watch.begin("folding in a K/V block", pace.foldLimit(flops));
  }
}
