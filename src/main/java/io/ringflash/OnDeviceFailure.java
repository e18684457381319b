package io.ringflash;

import java.util.Locale;

/** What becomes of a call one of whose devices fails. */
public enum OnDeviceFailure {
  /** It fails. */
  STOP,
  /**
   * The other devices compute it: the sequence is divided anew, and the result is that of a ring
   * which never had the device. It stays out of later calls, too.
   */
  CONTINUE;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
