package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.attention.AttentionMask;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.Interference;
import io.ringflash.faults.VirtualExchange;
import io.ringflash.faults.VirtualTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that do not come back from a call, in virtual time. */
class StallTest {
  /** Of each call in these tiny problems: 128 times half a second. */
  private static final long LIMIT_SECONDS = 64;

  /** A hundred times half a second. */
  private static final long SLOW_SECONDS = 50;

  private final AtomicBoolean released = new AtomicBoolean();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void aSilentDeviceIsNamedSoonAfterItsLimit(int ranks) throws Exception {
    VirtualTime time = new VirtualTime(ranks);
    int last = ranks - 1;
    try (FakeRing ring = new FakeRing(ranks, hangAt(time, last, Call.FOLD))) {
      RingException e = failure(time, ring);
      assertThat(e.rank()).isEqualTo(last);
      assertThat(e.device()).isEqualTo("fake:" + last);
      assertThat(e.step()).isZero();
      assertThat(e).hasCauseInstanceOf(DeviceStalledException.class);
      assertThat(e)
          .hasMessageMatching(
              "rank %d \\(fake:%d\\) failed at step 0: folding in a K/V block has made no"
                      .formatted(last, last)
                  + " progress for 6\\d\\.\\d s, where 0\\.5 s were planned");
      assertThat(seconds(time)).isBetween(LIMIT_SECONDS, LIMIT_SECONDS + 10);

      released.set(true);
      time.settle();
      assertThat(time.waiting()).isEmpty();
      ring.requireAllClosed();
    }
  }

  /** A run whose device has failed does not wait for another one's fold. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aRaisedErrorStopsTheRunWithinASecond(long seed) throws Exception {
    VirtualTime time = new VirtualTime(seed);
    Interference hang = hangAt(time, 0, Call.FOLD);
    Interference interference =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == Call.FOLD) {
            time.spend(5, TimeUnit.SECONDS);
            throw new IllegalStateException("boom");
          }
          hang.during(event, stop);
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      RingException e = failure(time, ring);
      assertThat(e).hasMessage("rank 1 (fake:1) failed at step 0: boom");
      assertThat(time.nanoTime()).isLessThan(TimeUnit.SECONDS.toNanos(5 + 1));
      released.set(true);
      time.settle();
      ring.requireAllClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void aDeviceAHundredTimesSlowerThanPlannedIsNoFault(int ranks) throws Exception {
    VirtualTime time = new VirtualTime(ranks);
    Interference slow =
        (event, stop) -> {
          if (event.rank() == 0) {
            time.spend(SLOW_SECONDS, TimeUnit.SECONDS);
          }
        };
    try (FakeRing ring = new FakeRing(ranks, slow)) {
      RingReport report = run(time, ring);
      assertThat(report.ranks()).hasSize(ranks);
      assertThat(report.nanos()).isGreaterThan(TimeUnit.SECONDS.toNanos(SLOW_SECONDS));
      ring.requireAllClosed();
    }
  }

  /** Ten hours in one fold, with a word every minute. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlySilenceIsAStall(boolean saysAWord) throws Exception {
    VirtualTime time = new VirtualTime(0);
    Interference interference =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == Call.FOLD && event.block().equals("0")) {
            for (int minute = 0; minute < 600; minute++) {
              time.spend(1, TimeUnit.MINUTES);
              // Asking is no word: whoever waits for a device may ask, too.
              boolean stopped = stop.stopRequested();
              if (saysAWord || stopped) {
                stop.check();
              }
            }
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      Throwable e = catchThrowable(() -> run(time, ring));
      if (saysAWord) {
        assertThat(e).isNull();
      } else {
        assertThat(e).hasMessageStartingWith("rank 1 (fake:1) failed at step 1: folding");
      }
      time.settle();
      ring.requireAllClosed();
    }
  }

  /** Ctrl-Z, a day, and fg: the devices had no chance to go on. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aSuspendedProgramFindsItsDevicesAsTheyWere(int ranks) throws Exception {
    VirtualTime time = new VirtualTime(0);
    Interference interference =
        (event, stop) -> {
          if (event.call() == Call.FOLD) {
            time.suspend(1, TimeUnit.DAYS);
            time.spend(4, TimeUnit.SECONDS);
          }
        };
    try (FakeRing ring = new FakeRing(ranks, interference)) {
      assertThat(run(time, ring).ranks()).hasSize(ranks);
      ring.requireAllClosed();
    }
  }

  /** The next run waits until the device is back, and then has it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aDeviceThatComesBackIsUsedAgain(long seed) throws Exception {
    VirtualTime time = new VirtualTime(seed);
    AtomicBoolean late = new AtomicBoolean();
    Interference interference =
        (event, stop) -> {
          if (event.rank() == 0 && event.call() == Call.FOLD && late.compareAndSet(false, true)) {
            time.spend(30, TimeUnit.SECONDS);
          }
          if (event.rank() == 1 && event.call() == Call.FOLD && !released.getAndSet(true)) {
            throw new IllegalStateException("boom");
          }
        };
    try (FakeRing ring = new FakeRing(2, interference)) {
      DeviceGroup group = ring.group();
      assertThat(catchThrowable(() -> run(time, ring, group)))
          .hasMessage("rank 1 (fake:1) failed at step 0: boom");
      assertThat(ring.log().leftOpen(0)).isEqualTo("rank 0 has 1 shards and 2 buffers open");

      assertThat(run(time, ring, group).ranks()).hasSize(2);
      assertThat(seconds(time)).isGreaterThanOrEqualTo(29);
      ring.requireAllClosed();
    }
  }

  /** A hung device is of no use to the next run, which says so and does not wait again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aDeviceThatDoesNotComeBackFailsTheNextRun(long seed) throws Exception {
    VirtualTime time = new VirtualTime(seed);
    try (FakeRing ring = new FakeRing(2, hangAt(time, 1, Call.LOAD))) {
      DeviceGroup group = ring.group();
      assertThat(catchThrowable(() -> run(time, ring, group))).isInstanceOf(RingException.class);
      long before = seconds(time);
      assertThat(catchThrowable(() -> run(time, ring, group)))
          .hasMessageStartingWith("rank 1 (fake:1) failed at step 0: loading a K/V block has made");
      assertThat(seconds(time)).isLessThan(before + 10);

      group.close();
      assertThat(ring.log().count(0, Call.CLOSE_DEVICE)).isOne();
      assertThat(ring.log().count(1, Call.CLOSE_DEVICE)).isZero();
      released.set(true);
      time.settle();
      assertThat(ring.log().count(1, Call.CLOSE_DEVICE)).isOne();
      ring.requireAllClosed();
    }
  }

  private Interference hangAt(VirtualTime time, int rank, Call call) {
    return (event, stop) -> {
      if (event.rank() == rank && event.call() == call) {
        time.pauseUntil(released::get);
      }
    };
  }

  private static RingException failure(VirtualTime time, FakeRing ring) {
    return catchThrowableOfType(RingException.class, () -> run(time, ring));
  }

  private static RingReport run(VirtualTime time, FakeRing ring) throws Exception {
    return run(time, ring, ring.group());
  }

  private static RingReport run(VirtualTime time, FakeRing ring, DeviceGroup group)
      throws Exception {
    return time.play(() ->
        ring.run(ring.job(AttentionMask.NONE, false), group, new VirtualExchange(time), time));
  }

  private static long seconds(VirtualTime time) {
    return TimeUnit.NANOSECONDS.toSeconds(time.nanoTime());
  }
}
