package io.ringflash.ring.process;

import io.ringflash.engine.StopSignal.StoppedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waiting for transfers. */
final class Waiting {
  private Waiting() {}

  /**
   * Waits until a transfer is done.
   *
   * @throws StoppedException if the calling thread is interrupted
   * @throws RuntimeException what the transfer failed with
   */
  static void await(CompletableFuture<?> transfer) {
    try {
      transfer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }
}
