package io.ringflash.faults;

import java.io.IOException;
import java.nio.file.Path;

/** Fails at one moment of the operations on files; an operation that is over has not failed. */
public final class DiskError implements FileInterference {
  /** What the system says. */
  public static final String MESSAGE = "No space left on device";

  private final int at;
  private int count;

  /**
   * @param at how many moments to let pass
   */
  public DiskError(int at) {
    this.at = at;
  }

  /** None: it counts the moments. */
  public static DiskError none() {
    return new DiskError(Integer.MAX_VALUE);
  }

  /** Moments so far. */
  public int count() {
    return count;
  }

  @Override
  public void at(Operation operation, Moment moment, Path file) throws IOException {
    if (moment != Moment.AFTER && count++ == at) {
      throw new IOException(MESSAGE);
    }
  }
}
