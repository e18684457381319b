package io.ringflash.engine;

/** An engine or device cannot be used on this machine; the message says why and what to do. */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineUnavailableException(String message) {
    super(message);
  }
}
