package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.Interference;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings whose devices copy from each other. The devices notice when a buffer is misused. */
class PeerTransfersTest {
  private static final int RANKS = 4;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void onlyFirstBlocksComeFromTheHost(int ranks) {
    try (FakeRing ring = new FakeRing(ranks, Interference.NONE)) {
      RingJob job = ring.job(AttentionMask.NONE, true);
      RingReport report = ring.runWithPeers(job);
      for (int rank = 0; rank < ranks; rank++) {
        List<String> order = order(job, rank);
        assertThat(ring.log().blocks(rank, Call.LOAD)).containsExactly("joint", order.getFirst());
        assertThat(ring.log().blocks(rank, Call.COPY)).isEqualTo(order.subList(1, ranks));
        assertThat(ring.log().blocks(rank, Call.FOLD)).endsWith(order.toArray(String[]::new));
      }
      assertThat(report.exchange()).isEqualTo(ExchangeWay.PEER);
      ring.requireAllClosed();
    }
  }

  /** Delays of all kinds, so that ranks run ahead of each other. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void buffersAreNeverMisused(boolean causal) {
    for (long seed = 0; seed < 150; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Interference interference =
          (event, stop) -> {
            int delay;
            synchronized (random) {
              delay = random.nextInt(4) == 0 ? random.nextInt(300_000) : 0;
            }
            LockSupport.parkNanos(delay);
          };
      try (FakeRing ring = new FakeRing(RANKS, interference)) {
        RingJob job = ring.job(causal ? AttentionMask.CAUSAL : AttentionMask.NONE, false);
        ring.runWithPeers(job);
        for (int rank = 0; rank < RANKS; rank++) {
          assertThat(ring.log().blocks(rank, Call.FOLD)).isEqualTo(order(job, rank));
        }
        ring.requireAllClosed();
      }
    }
  }

  /** Rank 1 copies until rank 0, two steps ahead, wants the buffer for another block. */
  @Test
  void aBufferIsNotOverwrittenWhileItIsCopied() {
    CountDownLatch ahead = new CountDownLatch(1);
    Interference interference =
        (event, stop) -> {
          if (event.equals(new Event(0, Call.FOLD, "6"))) {
            ahead.countDown();
          }
          if (event.equals(new Event(1, Call.COPY, "0"))) {
            Waiting.await(ahead);
            Waiting.until(PeerTransfersTest::aTransferWaits);
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      ring.runWithPeers(ring.job(AttentionMask.NONE, false));
      ring.requireAllClosed();
    }
  }

  /** Rank 1 copies until rank 0, which has folded all, waits for it or is gone. */
  @Test
  void aBufferIsNotFreedWhileItIsCopied() {
    CountDownLatch lastFold = new CountDownLatch(1);
    Interference interference =
        (event, stop) -> {
          if (event.equals(new Event(0, Call.FOLD, "2"))) {
            lastFold.countDown();
          }
          if (event.equals(new Event(1, Call.COPY, "0"))) {
            Waiting.await(lastFold);
            Waiting.until(() -> waitsOrIsGone(FakeRing.rankThread(0)));
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      ring.runWithPeers(ring.job(AttentionMask.NONE, false));
      ring.requireAllClosed();
    }
  }

  /** The same when rank 0 fails. */
  @Test
  void aFailingRankDoesNotFreeABufferThatIsCopied() {
    CountDownLatch copying = new CountDownLatch(1);
    Interference interference =
        (event, stop) -> {
          if (event.equals(new Event(0, Call.FOLD, "0"))) {
            Waiting.await(copying);
            throw new IllegalStateException("boom");
          }
          if (event.equals(new Event(1, Call.COPY, "0"))) {
            copying.countDown();
            Waiting.until(() -> waitsOrIsGone(FakeRing.rankThread(0)));
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Throwable e = catchThrowable(() -> ring.runWithPeers(job));
      assertThat(e).hasMessage("rank 0 (fake:0) failed at step 0: boom");
      ring.requireAllClosed();
    }
  }

  /** The {@code nth} such call of a rank fails. */
  record Fault(int rank, Call call, int nth) {}

  static Stream<Fault> everyFault() {
    List<Fault> faults = new ArrayList<>();
    for (int rank = 0; rank < RANKS; rank++) {
      for (Call call : List.of(Call.PREPARE, Call.LOAD, Call.FINISH)) {
        faults.add(new Fault(rank, call, 0));
      }
      for (int nth = 0; nth < RANKS; nth++) {
        faults.add(new Fault(rank, Call.FOLD, nth));
      }
      for (int nth = 0; nth < RANKS - 1; nth++) {
        faults.add(new Fault(rank, Call.COPY, nth));
      }
      for (int nth = 0; nth < 2; nth++) {
        faults.add(new Fault(rank, Call.ALLOCATE, nth));
        faults.add(new Fault(rank, Call.CLOSE_BUFFER, nth));
      }
    }
    return faults.stream();
  }

  /** Others wait for what never comes: the failure of the one ends the waiting of all. */
  @ParameterizedTest
  @MethodSource("everyFault")
  void aFailureEndsTheRun(Fault fault) {
    AtomicInteger calls = new AtomicInteger();
    Interference interference =
        (event, stop) -> {
          if (event.rank() == fault.rank()
              && event.call() == fault.call()
              && calls.getAndIncrement() == fault.nth()) {
            throw new IllegalStateException("boom");
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      RingException e = catchThrowableOfType(RingException.class, () -> ring.runWithPeers(job));
      assertThat(e.rank()).isEqualTo(fault.rank());
      assertThat(e).hasRootCauseMessage("boom");
      ring.requireAllClosed();
    }
  }

  /** Rank 0 never gets its block; the others wait for it, until the caller is interrupted. */
  @Test
  void anInterruptEndsTheWaiting() {
    CountDownLatch loading = new CountDownLatch(1);
    Interference interference =
        (event, stop) -> {
          if (event.equals(new Event(0, Call.LOAD, "0"))) {
            loading.countDown();
            Waiting.until(stop::stopRequested);
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          Thread.ofPlatform().start(() -> thrown.set(catchThrowable(() -> ring.runWithPeers(job))));
      Waiting.await(loading);
      Waiting.until(PeerTransfersTest::aTransferWaits);
      caller.interrupt();
      Waiting.join(caller);
      assertThat(thrown.get()).isInstanceOf(StoppedException.class);
      ring.requireAllClosed();
    }
  }

  private static List<String> order(RingJob job, int rank) {
    return job.schedule().activeSteps(rank).stream()
        .map(step -> "" + step.block() * FakeRing.TOKENS)
        .toList();
  }

  /** Whether some transfer waits for another rank. */
  private static boolean aTransferWaits() {
    return Thread.getAllStackTraces().values().stream()
        .anyMatch(frames ->
            Stream.of(frames)
                .anyMatch(frame ->
                    frame.getClassName().equals(PeerTransfers.class.getName())
                        && frame.getMethodName().equals("await")));
  }

  private static boolean waitsOrIsGone(@Nullable Thread thread) {
    return thread == null
        || thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TERMINATED;
  }
}
