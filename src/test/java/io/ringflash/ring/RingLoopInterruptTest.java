package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupting the caller ends the run. */
class RingLoopInterruptTest {
  /** Of embedded devices, the last runs in the interrupted thread itself. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stopsAllRanks(boolean embedded) {
    CountDownLatch computing = new CountDownLatch(3);
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            computing.countDown();
            Waiting.until(stop::stopRequested);
          }
        };
    try (FakeRing ring = new FakeRing(3, interference, embedded)) {
      RingJob job = ring.job(AttentionMask.NONE, true);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicBoolean interrupted = new AtomicBoolean();
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                thrown.set(catchThrowable(() -> ring.run(job)));
                interrupted.set(Thread.currentThread().isInterrupted());
              });
      Waiting.await(computing);
      caller.interrupt();
      Waiting.join(caller);
      assertThat(thrown.get()).isInstanceOf(StoppedException.class);
      assertThat(interrupted).isTrue();
      for (int rank = 0; rank < 3; rank++) {
        assertThat(ring.log().count(rank, Call.FOLD)).isOne();
        assertThat(ring.log().count(rank, Call.FINISH)).isZero();
      }
      ring.requireAllClosed();
    }
  }

  @Test
  void stopsAtOnceIfInterruptedBefore() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.PREPARE) {
            Waiting.until(stop::stopRequested);
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Thread.currentThread().interrupt();
      Throwable thrown = catchThrowable(() -> ring.run(job));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(thrown).isInstanceOf(StoppedException.class);
      assertThat(ring.log().count(0, Call.FOLD)).isZero();
      ring.requireAllClosed();
    }
  }

  /** A ring of one embedded device runs in the interrupted thread itself. */
  @Test
  void stopsARingOfOne() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            Thread.currentThread().interrupt();
            Waiting.until(stop::stopRequested);
          }
        };
    try (FakeRing ring = new FakeRing(1, interference, true)) {
      RingJob job = ring.job(AttentionMask.NONE, true);
      Throwable thrown = catchThrowable(() -> ring.run(job));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(thrown).isInstanceOf(StoppedException.class);
      assertThat(ring.log().count(0, Call.FOLD)).isOne();
      assertThat(ring.log().count(0, Call.FINISH)).isZero();
      ring.requireAllClosed();
    }
  }
}
