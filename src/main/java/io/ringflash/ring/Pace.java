package io.ringflash.ring;

import io.ringflash.engine.DeviceInfo;

/**
 * How fast a device is, and from which time on it cannot be busy any more with what it was given.
 *
 * <p>Every limit is {@value #SLACK} times the time that was planned: some time for whatever does
 * not grow with the work, and the work divided by the device's speed. So it follows from the work,
 * and a device that is 100 times slower than planned stays within it.
 *
 * <p>The speed is planned low, from what a device is: 10 GFLOP/s for each multiprocessor of an
 * accelerator, 1 GFLOP/s for each CPU core. A device that was seen to be faster is expected to stay
 * so, and then a hang shows earlier. Only visible pairs of a query and a key count as seen, so that
 * kernels which skip hidden ones do not appear to be faster than they are; what is waited for
 * counts all pairs. Transfers are never expected to stay as fast as they were: the next tokens may
 * come from a file that is not cached.
 *
 * <p>The limit is for silence. A device that gives a sign of life between pieces of its work, as
 * the embedded engine does, may be slower than that by any factor.
 */
final class Pace {
  /** Limits are this many times what was planned. */
  static final int SLACK = 128;

  private static final double PROCESSOR_CORE_FLOPS = 1e9;
  private static final double ACCELERATOR_UNIT_FLOPS = 1e10;

  private static final double BYTES_PER_SECOND = 1e9;

  private static final double CALL_SECONDS = 0.5;

  /**
   * Compiling kernels for a device that is not embedded. Drivers were seen to take minutes for one,
   * and nothing is heard of them meanwhile.
   */
  private static final double COMPILE_SECONDS = 15;

  private static final double NANOS = 1e9;

  private double flopsPerSecond;

  private Pace(double flopsPerSecond) {
    this.flopsPerSecond = flopsPerSecond;
  }

  /** The pace of a device that has not computed yet. */
  static Pace planned(DeviceInfo info) {
    double unit = info.hostProcessor() ? PROCESSOR_CORE_FLOPS : ACCELERATOR_UNIT_FLOPS;
    return new Pace(unit * Math.max(1, info.computeUnits()));
  }

  /** The device was seen to compute {@code flops} in {@code nanos}. */
  synchronized void observe(double flops, long nanos) {
    flopsPerSecond = Math.max(flopsPerSecond, flops / Math.max(1, nanos) * NANOS);
  }

  /** Nanoseconds within which a fold of so many operations ends, or shows a sign of life. */
  synchronized long foldLimit(double flops) {
    return limit(flops / flopsPerSecond);
  }

  /** Nanoseconds within which so many bytes are moved, and memory for them is allocated. */
  long transferLimit(long bytes) {
    return limit(bytes / BYTES_PER_SECOND);
  }

  /**
   * Nanoseconds within which a device is ready for its share of a run.
   *
   * @param bytes that are moved
   * @param compiles whether kernels may have to be compiled
   */
  long preparationLimit(long bytes, boolean compiles) {
    return limit(bytes / BYTES_PER_SECOND + (compiles ? COMPILE_SECONDS : 0));
  }

  private static long limit(double seconds) {
    return (long) (SLACK * NANOS * (CALL_SECONDS + seconds));
  }
}
