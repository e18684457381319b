package io.ringflash.ring;

import io.ringflash.engine.StopSignal;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the ranks of one run share: the first failure, which stops them all. */
final class RunControl implements StopSignal {
  private final AtomicReference<@Nullable RuntimeException> firstFailure = new AtomicReference<>();
  private final Runnable onStop;

  /**
   * @param onStop called once, when the run stops before its end
   */
  RunControl(Runnable onStop) {
    this.onStop = onStop;
  }

  @Override
  public boolean stopRequested() {
    return firstFailure.get() != null;
  }

  /** Records a rank's failure, or a device's refusal, unless another came first. */
  void fail(RuntimeException failure) {
    stop(failure);
  }

  /**
   * Does a part of {@code work} in which it holds what other ranks may read: these hear of a
   * failure at once, before anything is closed.
   */
  void tell(RankWork work, Runnable part) {
    try {
      part.run();
    } catch (Throwable e) {
      fail(work.failure(e));
      throw e;
    }
  }

  /** Stops the run because the caller was interrupted. */
  void cancel() {
    stop(new StoppedException());
  }

  private void stop(RuntimeException reason) {
    if (firstFailure.compareAndSet(null, reason)) {
      onStop.run();
    }
  }

  /** Throws the first failure, if there is one. */
  void throwIfFailed() {
    RuntimeException failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
  }
}
