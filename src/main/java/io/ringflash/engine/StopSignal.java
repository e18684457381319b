package io.ringflash.engine;

/** Tells a device that the run has failed elsewhere or was cancelled. */
@FunctionalInterface
public interface StopSignal {
  boolean stopRequested();

  /** Ends the caller's work if the run has stopped. */
  default void check() {
    if (stopRequested()) {
      throw new StoppedException();
    }
  }

  /** Work ended because the run stopped; never the cause of a failure. */
  final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException() {
      super("the run was stopped");
    }
  }
}
