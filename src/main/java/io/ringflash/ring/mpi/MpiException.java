package io.ringflash.ring.mpi;

/** An MPI function returned an error. */
public final class MpiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param process that called, or −1 before it knew its number
   * @param operation that failed
   * @param code that it returned
   * @param description of the code
   */
  MpiException(int process, String operation, int code, String description) {
    super(
        "%s%s failed: %s (code %d)"
            .formatted(
                process < 0 ? "" : "process " + process + ": ", operation, description, code));
    this.code = code;
  }

  /** What the function returned. */
  public int code() {
    return code;
  }
}
