package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.Interference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One rank fails, anywhere: one exception says where, and everything is closed. */
class RingLoopFailureTest {
  private static final int RANKS = 3;

  /** The {@code nth} such call of a rank fails, with an exception or an error. */
  record Fault(int rank, Call call, int nth, boolean joint, boolean error) {}

  static Stream<Fault> everyFault() {
    List<Fault> faults = new ArrayList<>();
    for (boolean joint : new boolean[] {false, true}) {
      for (boolean error : new boolean[] {false, true}) {
        for (int rank = 0; rank < RANKS; rank++) {
          faults.add(new Fault(rank, Call.PREPARE, 0, joint, error));
          faults.add(new Fault(rank, Call.FINISH, 0, joint, error));
          for (int nth = 0; nth < 2 + (joint ? 1 : 0); nth++) {
            faults.add(new Fault(rank, Call.ALLOCATE, nth, joint, error));
          }
          for (int nth = 0; nth < RANKS + (joint ? 1 : 0); nth++) {
            faults.add(new Fault(rank, Call.LOAD, nth, joint, error));
            faults.add(new Fault(rank, Call.FOLD, nth, joint, error));
          }
        }
      }
    }
    return faults.stream();
  }

  @ParameterizedTest
  @MethodSource("everyFault")
  void isReportedAndCleanedUp(Fault fault) {
    Throwable cause =
        fault.error() ? new AssertionError("boom") : new IllegalStateException("boom");
    AtomicInteger calls = new AtomicInteger();
    Event[] failed = new Event[1];
    Interference interference =
        (event, stop) -> {
          if (event.rank() == fault.rank()
              && event.call() == fault.call()
              && calls.getAndIncrement() == fault.nth()) {
            failed[0] = event;
            sneakyThrow(cause);
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, fault.joint());
      RingException e = catchThrowableOfType(RingException.class, () -> ring.run(job));
      int step =
          fault.call() == Call.FINISH
              ? RANKS
              : FakeRing.stepOf(job, fault.rank(), failed[0].block());
      assertThat(e).hasCause(cause);
      assertThat(e.getCause()).isSameAs(cause);
      assertThat(e.rank()).isEqualTo(fault.rank());
      assertThat(e.device()).isEqualTo("fake:" + fault.rank());
      assertThat(e.step()).isEqualTo(step);
      assertThat(e)
          .hasMessage(
              "rank %d (fake:%d) failed at step %d: boom", fault.rank(), fault.rank(), step);
      ring.requireAllClosed();
    }
  }

  @Test
  void failuresToCloseAreFailures() {
    for (Call call : List.of(Call.CLOSE_BUFFER, Call.CLOSE_SHARD)) {
      Interference interference =
          (event, stop) -> {
            if (event.rank() == 1 && event.call() == call) {
              throw new IllegalStateException("stuck");
            }
          };
      try (FakeRing ring = new FakeRing(RANKS, interference)) {
        RingJob job = ring.job(AttentionMask.NONE, true);
        RingException e = catchThrowableOfType(RingException.class, () -> ring.run(job));
        assertThat(e.rank()).isEqualTo(1);
        assertThat(e.getCause()).hasMessage("stuck");
        ring.requireAllClosed();
      }
    }
  }

  /** Ranks 0 and 2 compute until they are told to stop: without a word they would for ever. */
  @Test
  void theOthersAreStopped() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && event.rank() == 1) {
            throw new IllegalStateException("boom");
          }
          if (event.call() == Call.FOLD) {
            Waiting.until(stop::stopRequested);
            stop.check();
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Throwable e = catchThrowable(() -> ring.run(job));
      assertThat(e).hasMessage("rank 1 (fake:1) failed at step 0: boom");
      assertThat(ring.log().count(0, Call.FINISH)).isZero();
      assertThat(ring.log().count(2, Call.FINISH)).isZero();
      ring.requireAllClosed();
    }
  }

  /** Ranks that are between two folds when another fails begin no further one. */
  @Test
  void nothingMoreIsFoldedAfterAFailure() {
    CountDownLatch others = new CountDownLatch(RANKS - 1);
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && event.rank() == 1) {
            Waiting.await(others);
            throw new IllegalStateException("boom");
          }
          if (event.call() == Call.FOLD) {
            others.countDown();
            Waiting.until(stop::stopRequested);
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      assertThat(catchThrowable(() -> ring.run(job))).isInstanceOf(RingException.class);
      assertThat(ring.log().count(0, Call.FOLD)).isOne();
      assertThat(ring.log().count(2, Call.FOLD)).isOne();
      ring.requireAllClosed();
    }
  }

  @Test
  void theFirstFailureIsKept() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && event.rank() == 2) {
            throw new IllegalStateException("first");
          }
          if (event.call() == Call.FOLD) {
            Waiting.until(stop::stopRequested);
            throw new IllegalStateException("second");
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Throwable e = catchThrowable(() -> ring.run(job));
      assertThat(e).hasMessage("rank 2 (fake:2) failed at step 0: first");
      ring.requireAllClosed();
    }
  }

  /** A device that stops without being told to has failed like any other. */
  @Test
  void stoppingForNoReasonIsAFailure() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FINISH && event.rank() == 0) {
            throw new StopSignal.StoppedException();
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      RingException e = catchThrowableOfType(RingException.class, () -> ring.run(job));
      assertThat(e.rank()).isZero();
      ring.requireAllClosed();
    }
  }

  /** The fold fails while the next block is still being written: its buffer has to wait. */
  @Test
  void buffersAreNotClosedWhileTheyAreWrittenTo() {
    CountDownLatch loading = new CountDownLatch(1);
    Interference interference =
        (event, stop) -> {
          if (event.rank() == 0 && event.call() == Call.FOLD) {
            Waiting.await(loading);
            throw new IllegalStateException("boom");
          }
          if (event.rank() == 0 && event.call() == Call.LOAD && event.block().equals("4")) {
            loading.countDown();
            // Goes on until the rank waits for it, or has gone without waiting.
            Waiting.until(() -> waitsOrIsGone(FakeRing.rankThread(0)));
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Throwable e = catchThrowable(() -> ring.run(job));
      assertThat(e).hasMessage("rank 0 (fake:0) failed at step 0: boom");
      ring.requireAllClosed();
    }
  }

  /** What Linux does at its limit of threads; the ranks before must not be left running. */
  @Test
  void aThreadThatCannotStartIsAFailure() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            Waiting.until(stop::stopRequested);
          }
        };
    AtomicInteger threads = new AtomicInteger();
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      Throwable e =
          catchThrowable(() ->
              ring.run(
                  job,
                  new MachineScheduler(
                      work -> threads.getAndIncrement() == 1 ? new Refused() : new Thread(work))));
      assertThat(e).hasMessage("rank 1 (fake:1) failed at step 0: unable to create native thread");
      assertThat(threads).hasValue(2);
      ring.requireAllClosed();
    }
  }

  /** The same devices run the next job. */
  @Test
  void aRingSurvivesAFailure() {
    AtomicInteger folds = new AtomicInteger();
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && folds.getAndIncrement() == 0) {
            throw new IllegalStateException("boom");
          }
        };
    try (FakeRing ring = new FakeRing(RANKS, interference)) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      assertThat(catchThrowable(() -> ring.run(job))).isInstanceOf(RingException.class);
      assertThat(ring.run(job).ranks()).hasSize(RANKS);
      ring.requireAllClosed();
    }
  }

  /** A thread that the system has no room for. */
  private static final class Refused extends Thread {
    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  private static boolean waitsOrIsGone(@Nullable Thread thread) {
    return thread == null
        || thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TERMINATED;
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneakyThrow(Throwable e) throws T {
    throw (T) e;
  }
}
