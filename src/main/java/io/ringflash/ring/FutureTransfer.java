package io.ringflash.ring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A transfer that another thread carries out.
 *
 * @param arrival done when the block is there; nanoseconds that the transfer took
 */
record FutureTransfer(CompletableFuture<Long> arrival) implements Transfers.Transfer {
  @Override
  public long await() {
    try {
      return arrival.join();
    } catch (CompletionException e) {
      switch (cause(e)) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw e;
      }
    }
  }

  /** Every stage that a failure passes may wrap it once more. */
  private static Throwable cause(CompletionException e) {
    Throwable cause = e;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
