package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import io.ringflash.faults.VirtualTime;
import io.ringflash.tensor.DType;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceSpeedsTest {
  /** Of every device: one to warm up and five measured, to choose a size and then in earnest. */
  private static final int FEWEST_FOLDS = 12;

  private static final AttentionProblem PROBLEM =
      AttentionProblem.plain(new AttentionShape(1, 10, 10, 2, 1, 8), DType.FP16);

  /**
   * Each of the first folds ends only when all devices are in one: as in a run, they share what
   * they share.
   */
  @Test
  void measuresAllDevicesAtOnce() {
    CyclicBarrier barrier = new CyclicBarrier(3);
    AtomicIntegerArray folds = new AtomicIntegerArray(3);
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && folds.incrementAndGet(event.rank()) <= FEWEST_FOLDS) {
            Waiting.await(barrier);
          }
        };
    try (FakeRing ring = new FakeRing(3, interference)) {
      double[] speeds = measure(ring, new MachineScheduler());
      assertThat(speeds).hasSize(3);
      assertThat(Arrays.stream(speeds)).allMatch(speed -> speed > 0 && Double.isFinite(speed));
      ring.requireAllClosed();
    }
  }

  /** A fast device's problem grows until it takes some time; a slow one's does not. */
  @Test
  void speedsOfUnlikeDevicesAreComparable() {
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD && event.rank() == 1) {
            LockSupport.parkNanos(Duration.ofMillis(21).toNanos());
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      double[] speeds = measure(ring, new MachineScheduler());
      double pairs = 2 * 1024.0 * 1024;
      assertThat(speeds[1]).isLessThanOrEqualTo(pairs / 0.02);
      assertThat(speeds[0]).isGreaterThan(speeds[1]);
      ring.requireAllClosed();
    }
  }

  @Test
  void devicesThatWouldHardlyHelpGetNothing() {
    assertThat(DeviceSpeeds.worthwhile(new double[] {60, 1, 3})).containsExactly(60, 0, 3);
    assertThat(DeviceSpeeds.worthwhile(new double[] {5})).containsExactly(5);
  }

  @ParameterizedTest
  @EnumSource(names = {"PREPARE", "ALLOCATE", "LOAD", "FOLD"})
  void aFailureIsReportedAndCleanedUp(Call call) {
    IllegalStateException failure = new IllegalStateException("boom");
    Interference interference =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == call) {
            throw failure;
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      assertThatThrownBy(() -> measure(ring, new MachineScheduler()))
          .isInstanceOf(RingException.class)
          .hasMessage("rank 1 (fake:1) failed at step 0: boom")
          .hasCause(failure);
      ring.requireAllClosed();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PREPARE", "ALLOCATE", "LOAD", "FOLD"})
  void aSilentDeviceIsNamedAndCleansUpWhenItComesBack(Call call) throws Exception {
    VirtualTime time = new VirtualTime(0);
    AtomicBoolean released = new AtomicBoolean();
    Interference hang =
        (event, stop) -> {
          time.pause();
          if (event.rank() == 1 && event.call() == call) {
            time.pauseUntil(released::get);
          }
        };
    try (FakeRing ring = new FakeRing(2, hang)) {
      assertThatThrownBy(() -> time.play(() -> measure(ring, time)))
          .isInstanceOf(RingException.class)
          .hasMessageStartingWith("rank 1 (fake:1) failed at step 0: ")
          .hasCauseInstanceOf(DeviceStalledException.class);
      assertThat(ring.log().leftOpen(0)).isEmpty();
      released.set(true);
      time.settle();
      assertThat(time.waiting()).isEmpty();
      ring.requireAllClosed();
    }
  }

  private static double[] measure(FakeRing ring, Scheduler scheduler) {
    return DeviceSpeeds.measure(ring.group(), 0, scheduler, PROBLEM, AttnType.AUTO);
  }
}
