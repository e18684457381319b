package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the ranks of one run share: the first failure, which stops them all. */
final class RunControl implements StopSignal {
  private final AtomicReference<@Nullable RuntimeException> firstFailure = new AtomicReference<>();

  @Override
  public boolean stopRequested() {
    return firstFailure.get() != null;
  }

  /** Records a rank's failure unless another came first. */
  void fail(RingException failure) {
    firstFailure.compareAndSet(null, failure);
  }

  /** Stops the run because the caller was interrupted. */
  void cancel() {
    firstFailure.compareAndSet(null, new StoppedException());
  }

  /** Throws the first failure, if there is one. */
  void throwIfFailed() {
    RuntimeException failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
  }
}
