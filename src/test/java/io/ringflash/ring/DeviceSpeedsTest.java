package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import io.ringflash.tensor.DType;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

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
      double[] speeds = DeviceSpeeds.measure(ring.group(), PROBLEM, AttnType.AUTO);
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
      double[] speeds = DeviceSpeeds.measure(ring.group(), PROBLEM, AttnType.AUTO);
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

  @Test
  void aFailureIsReportedAndCleanedUp() {
    for (Call call : new Call[] {Call.PREPARE, Call.ALLOCATE, Call.LOAD, Call.FOLD}) {
      IllegalStateException failure = new IllegalStateException("boom");
      Interference interference =
          (event, stop) -> {
            if (event.rank() == 1 && event.call() == call) {
              throw failure;
            }
          };
      try (FakeRing ring = new FakeRing(2, interference)) {
        assertThatThrownBy(() -> DeviceSpeeds.measure(ring.group(), PROBLEM, AttnType.AUTO))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("measuring the devices failed")
            .hasCause(failure);
        ring.requireAllClosed();
      }
    }
  }
}
