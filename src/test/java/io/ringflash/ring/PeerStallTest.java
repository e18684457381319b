package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.Interference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices that copy from each other, of which one does not come back or takes its time. */
class PeerStallTest {
  /** A hundred times what is planned for a call. */
  private static final long SLOW_SECONDS = 50;

  private static final Event COPY = new Event(1, Call.COPY, "0");

  /** The others wait for the device that copies, and it waits for nobody. */
  @ParameterizedTest
  @CsvSource({"2, false", "3, true", "8, false"})
  void aCopyThatDoesNotEndIsNamed(int ranks, boolean completed) {
    CountDownLatch released = new CountDownLatch(1);
    Interference hang =
        new Interference() {
          @Override
          public void during(Event event, StopSignal stop) {
            if (!completed && event.equals(COPY)) {
              Waiting.await(released);
            }
          }

          @Override
          public void afterwards(Event event, StopSignal stop) {
            if (completed && event.equals(COPY)) {
              Waiting.await(released);
            }
          }
        };
    try (FakeRing ring = new FakeRing(ranks, hang);
        PeerExchange exchange = new PeerExchange()) {
      RingException e = catchThrowableOfType(RingException.class, () -> run(ring, exchange));
      assertThat(e.rank()).isEqualTo(1);
      assertThat(e.device()).isEqualTo("fake:1");
      assertThat(e.step()).isEqualTo(1);
      assertThat(e).hasCauseInstanceOf(DeviceStalledException.class);
      assertThat(e).hasMessageContaining("loading a K/V block has made no progress for");

      released.countDown();
      for (int rank = 0; rank < ranks; rank++) {
        int other = rank;
        Waiting.until(() -> ring.log().leftOpen(other).isEmpty());
      }
      // A thread closes what it has open, and then ends.
      Waiting.until(() -> FakeRing.rankThread(-1) == null);
      ring.requireAllClosed();
    }
  }

  /** Rank 0 is slow twice before its block is there; rank 1 waits for longer than its own limit. */
  @Test
  void whoeverWaitsForASlowDeviceIsNotNamed() {
    Interference slow =
        (event, stop) -> {
          if (event.rank() == 0 && (event.call() == Call.ALLOCATE || event.call() == Call.LOAD)) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SLOW_SECONDS) / FastTime.FACTOR);
          }
        };
    try (FakeRing ring = new FakeRing(2, slow);
        PeerExchange exchange = new PeerExchange()) {
      assertThat(run(ring, exchange).ranks()).hasSize(2);
      ring.requireAllClosed();
    }
  }

  private static RingReport run(FakeRing ring, PeerExchange exchange) {
    return ring.run(ring.job(AttentionMask.NONE, false), ring.group(), exchange, new FastTime());
  }
}
