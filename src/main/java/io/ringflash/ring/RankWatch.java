package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one rank is doing, how long that may take, and whether it shows signs of life.
 *
 * <p>The rank tells what it begins; its device's {@link #check} calls are signs of life. Another
 * thread looks at both now and then. Time that nobody looked does not count: a program that was
 * suspended finds its devices as it left them.
 */
final class RankWatch implements StopSignal {
  /** For a rank that waits for something that is not its device's to do. */
  private static final long NO_LIMIT = Long.MAX_VALUE;

  /**
   * What the rank is at.
   *
   * @param waits whether somebody else than its device would have to act first
   */
  private record Activity(String name, long limitNanos, BooleanSupplier waits) {}

  private final StopSignal run;
  private final AtomicLong signs = new AtomicLong();
  private volatile Activity activity = new Activity("starting", NO_LIMIT, () -> false);

  // The watching thread's own.
  private Activity seenActivity = activity;
  private long seenSigns;
  private long silentNanos;

  /**
   * @param run stops all ranks
   */
  RankWatch(StopSignal run) {
    this.run = run;
  }

  /** The rank begins something that its device should have done within {@code limitNanos}. */
  void begin(String name, long limitNanos) {
    begin(name, limitNanos, () -> false);
  }

  /**
   * As {@link #begin(String, long)}, for something that the device cannot do yet.
   *
   * @param waits whether it still waits for somebody else; asked by another thread
   */
  void begin(String name, long limitNanos, BooleanSupplier waits) {
    activity = new Activity(name, limitNanos, waits);
  }

  /** The rank begins to wait for somebody else than its device. */
  void beginUnlimited(String name) {
    begin(name, NO_LIMIT);
  }

  @Override
  public boolean stopRequested() {
    return run.stopRequested();
  }

  @Override
  public void check() {
    signs.incrementAndGet();
    run.check();
  }

  /**
   * Looks at the rank, which nobody has for {@code nanos}.
   *
   * @return what to report if its device has been silent for too long, otherwise null
   */
  @Nullable DeviceStalledException look(long nanos) {
    Activity now = activity;
    long count = signs.get();
    if (now != seenActivity || count != seenSigns || now.waits().getAsBoolean()) {
      seenActivity = now;
      seenSigns = count;
      silentNanos = 0;
      return null;
    }
    silentNanos += nanos;
    return silentNanos > now.limitNanos()
        ? new DeviceStalledException(now.name(), silentNanos, now.limitNanos())
        : null;
  }
}
