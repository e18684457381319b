package io.ringflash.engine.tornado;

/** One device cannot be reached from another; the message says why. */
final class PeerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PeerUnavailableException(String message) {
    super(message);
  }
}
