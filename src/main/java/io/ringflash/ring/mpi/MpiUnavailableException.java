package io.ringflash.ring.mpi;

/** There is no MPI that can be used; the message says why and what to do. */
public final class MpiUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MpiUnavailableException(String message) {
    super(message);
  }
}
