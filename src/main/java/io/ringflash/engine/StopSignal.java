package io.ringflash.engine;

/**
 * Tells a device that the run has failed elsewhere or was cancelled, and hears from it that it gets
 * on.
 */
@FunctionalInterface
public interface StopSignal {
  /** Whether to stop. Asking says nothing of the asker, who may only be waiting. */
  boolean stopRequested();

  /**
   * Ends the caller's work if the run has stopped. Called between pieces of work, and by nobody who
   * only waits: whoever watches the run takes it for a sign of life.
   */
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
