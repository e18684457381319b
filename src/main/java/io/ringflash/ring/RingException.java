package io.ringflash.ring;

/**
 * A rank failed; the others were stopped and everything is closed, but for what a device uses that
 * has not come back.
 */
public final class RingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int rank;
  private final String device;
  private final int step;

  public RingException(int rank, String device, int step, Throwable cause) {
    super(
        "rank %d (%s) failed at step %d: %s".formatted(rank, device, step, describe(cause)), cause);
    this.rank = rank;
    this.device = device;
    this.step = step;
  }

  public int rank() {
    return rank;
  }

  public String device() {
    return device;
  }

  /** The ring step, or the number of steps if the rank failed while finishing. */
  public int step() {
    return step;
  }

  /** The cause in words. */
  public String reason() {
    Throwable cause = getCause();
    return cause == null ? "unknown" : describe(cause);
  }

  private static String describe(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
