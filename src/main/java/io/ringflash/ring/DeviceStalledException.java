package io.ringflash.ring;

/** A device has made no progress for longer than its work could have taken. */
public final class DeviceStalledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param activity what the device was last seen to begin
   * @param silentNanos time since then, or since its last sign of life
   * @param limitNanos time that was allowed
   */
  DeviceStalledException(String activity, long silentNanos, long limitNanos) {
    super(
        "%s has made no progress for %.1f s, where %.1f s were planned"
            .formatted(activity, silentNanos * 1e-9, (double) limitNanos / Pace.SLACK * 1e-9));
  }
}
