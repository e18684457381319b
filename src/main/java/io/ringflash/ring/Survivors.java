package io.ringflash.ring;

import java.util.ArrayList;
import java.util.List;

/**
 * The devices of a ring that have not been lost, and calls that go on without those that are.
 *
 * <p>A call is begun anew on the devices that are left. Nothing of what the others had computed is
 * kept: a shard's partial attention is on its device, and the sequence is divided differently
 * afterwards. So the result is exactly that of a ring which never had the device.
 */
public final class Survivors {
  private Ring ring;

  /** All devices of {@code ring}, which is closed by whoever opened it. */
  public Survivors(Ring ring) {
    this.ring = ring;
  }

  /** The ring of those that are left. */
  public Ring ring() {
    return ring;
  }

  /** One call on some devices. */
  @FunctionalInterface
  public interface Call<T> {
    /**
     * @param ring of these devices
     * @param losses what the report should mention
     * @throws RingException if a device fails
     */
    T on(Ring ring, List<DeviceLoss> losses);
  }

  /**
   * Makes {@code call}, again and again without each device that fails. What was asked for wrongly
   * would fail on any device and ends it.
   *
   * @throws RingException the first failure, if the last device fails, too
   */
  public <T> T outlive(Call<T> call) {
    List<DeviceLoss> losses = new ArrayList<>();
    List<RingException> failures = new ArrayList<>();
    while (true) {
      long start = ring.scheduler().nanoTime();
      try {
        return call.on(ring, List.copyOf(losses));
      } catch (RingException e) {
        failures.add(e);
        if (ring.ranks() == 1 || e.getCause() instanceof IllegalArgumentException) {
          throw firstOf(failures);
        }
        losses.add(DeviceLoss.of(e, ring.scheduler().nanoTime() - start));
        ring = ring.without(e.rank());
      } catch (IllegalArgumentException e) {
        if (!failures.isEmpty()) {
          // The others have not got what it takes, such as memory.
          failures.getFirst().addSuppressed(e);
          throw failures.getFirst();
        }
        throw e;
      }
    }
  }

  private static RingException firstOf(List<RingException> failures) {
    RingException first = failures.getFirst();
    failures.stream().skip(1).forEach(first::addSuppressed);
    return first;
  }
}
