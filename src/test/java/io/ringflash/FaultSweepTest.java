package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.CallLog.Point;
import io.ringflash.faults.Fault;
import io.ringflash.faults.Fault.Kind;
import io.ringflash.faults.Interference;
import io.ringflash.faults.MemoryCap;
import io.ringflash.faults.RandomFaults;
import io.ringflash.faults.VirtualTime;
import io.ringflash.ring.DamagedBlockException;
import io.ringflash.ring.DeviceStalledException;
import io.ringflash.ring.RingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every call of every device and of the exchange, and every fault that may befall it: what comes of
 * it is one failure that says where, in time, and a ring that is as good as new.
 */
class FaultSweepTest {
  private static final List<Integer> RINGS = List.of(1, 2, 3, 8);

  /** Of any call of so small a problem: 128 times half a second. */
  private static final long LIMIT_SECONDS = 64;

  /** So much longer may it take to get ready, where drivers compile kernels. */
  private static final double COMPILING_SECONDS = 128 * 15;

  /** Results of sound rings, by their number of devices. */
  private static final Map<Integer, List<Float>> SOUND = new HashMap<>();

  static Stream<Arguments> ringsAndKinds() {
    return RINGS.stream()
        .flatMap(ranks -> Stream.of(Kind.values()).map(kind -> Arguments.of(ranks, kind)));
  }

  @ParameterizedTest
  @MethodSource("ringsAndKinds")
  void everyCallMayFail(int ranks, Kind kind) throws Exception {
    VirtualTime calm = new VirtualTime(0);
    List<Point> points;
    try (FaultRing ring = new FaultRing(calm, ranks, Interference.NONE)) {
      ring.run(AttentionOptions.defaults());
      points = ring.log().points();
    }
    int trials = 0;
    for (Point point : points) {
      if (kind.befalls(point.call())) {
        trial(ranks, kind, point, trials, sound(ranks));
        trials++;
      }
    }
    System.out.printf("ring of %d, %s: %d runs%n", ranks, kind, trials);
    // Each device gets a block at every step, for which the exchange and the device are called.
    assertThat(trials).isGreaterThanOrEqualTo(ranks * 2 * ranks);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void memoryMayEndAtEveryAllocation(int ranks) throws Exception {
    for (int rank = 0; rank < ranks; rank++) {
      VirtualTime calm = new VirtualTime(0);
      MemoryCap none = new MemoryCap(calm, rank, Long.MAX_VALUE);
      try (FaultRing ring = new FaultRing(calm, ranks, none)) {
        ring.run(AttentionOptions.defaults());
      }
      // The queries' share, and a buffer or two.
      assertThat(none.levels()).hasSizeBetween(2, 3);
      for (long level : none.levels()) {
        capped(ranks, rank, level - 1);
      }
    }
  }

  /** A device has a byte less than it takes. */
  private static void capped(int ranks, int rank, long capBytes) throws Exception {
    VirtualTime time = new VirtualTime(capBytes);
    MemoryCap cap = new MemoryCap(time, rank, capBytes);
    try (FaultRing ring = new FaultRing(time, ranks, cap)) {
      RingException e =
          catchThrowableOfType(RingException.class, () -> ring.run(AttentionOptions.defaults()));
      String what = "%d bytes on rank %d of %d".formatted(capBytes, rank, ranks);
      assertThat(e.rank()).as(what).isEqualTo(rank);
      assertThat(e.step()).as(what).isZero();
      assertThat(e).as(what).hasCauseInstanceOf(OutOfMemoryError.class);
      assertThat(e).as(what).hasMessageContaining("of %d are used".formatted(capBytes));
      time.settle();
      ring.requireIdle();
      assertThat(cap.usedBytes()).as(what).isZero();
      cap.lift();
      assertThat(FaultRing.bits(ring.run(AttentionOptions.defaults())))
          .as(what)
          .isEqualTo(sound(ranks));
      ring.requireIdle();
      assertThat(cap.usedBytes()).as(what).isZero();
    }
  }

  @Test
  void anythingMayFailAtAnyTime() throws Exception {
    randomTrials(0, 200);
  }

  @Test
  @Tag("soak")
  void anythingMayFailAtAnyTimeAHundredTimesMoreOften() throws Exception {
    randomTrials(200, 20_000);
  }

  /** Each seed stands for an interleaving, and for faults of each device. */
  private static void randomTrials(long firstSeed, int count) throws Exception {
    AttentionOptions options = AttentionOptions.defaults();
    int failures = 0;
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      int ranks = RINGS.get((int) (seed % RINGS.size()));
      VirtualTime time = new VirtualTime(seed);
      RandomFaults faults = new RandomFaults(time, seed, ranks, 0.3 / (ranks * (ranks + 2)));
      try (FaultRing ring = new FaultRing(time, ranks, faults)) {
        Throwable e = catchThrowable(() -> ring.run(options));
        String what = "seed %d, ring of %d: %s".formatted(seed, ranks, e);
        if (e != null) {
          assertThat(e).as(what).isInstanceOf(RingException.class);
          assertThat(e.getCause()).as(what).hasMessage("failed at random");
          assertThat(time.nanoTime()).as(what).isLessThan(TimeUnit.SECONDS.toNanos(1));
          failures++;
        }
        time.settle();
        ring.requireIdle();
        faults.repair();
        assertThat(FaultRing.bits(ring.run(options))).as(what).isEqualTo(sound(ranks));
        ring.requireIdle();
      }
    }
    assertThat(failures).isBetween(count / 5, count);
  }

  private static List<Float> sound(int ranks) throws Exception {
    List<Float> bits = SOUND.get(ranks);
    if (bits == null) {
      try (FaultRing ring = new FaultRing(new VirtualTime(0), ranks, Interference.NONE)) {
        bits = FaultRing.bits(ring.run(AttentionOptions.defaults()));
        SOUND.put(ranks, bits);
      }
    }
    return bits;
  }

  private static void trial(int ranks, Kind kind, Point point, long seed, List<Float> expected)
      throws Exception {
    VirtualTime time = new VirtualTime(seed);
    Fault fault = new Fault(time, point, kind);
    AttentionOptions options =
        AttentionOptions.builder().checkBlocks(kind == Kind.FLIPPED_BIT).build();
    try (FaultRing ring = new FaultRing(time, ranks, fault)) {
      List<AttentionResult> results = new ArrayList<>();
      Throwable e = catchThrowable(() -> results.add(ring.run(options)));
      String what = "%s of %s, ring of %d: %s".formatted(kind, point, ranks, e);
      Event struck = Objects.requireNonNull(fault.struck(), what);
      if (kind == Kind.SLOW) {
        assertThat(e).as(what).isNull();
        assertThat(FaultRing.bits(results.getFirst())).as(what).isEqualTo(expected);
      } else {
        requireFailure(ranks, kind, struck, e, time.nanoTime(), what);
      }
      fault.release();
      time.settle();
      ring.requireIdle();
      assertThat(FaultRing.bits(ring.run(options))).as(what).isEqualTo(expected);
      ring.requireIdle();
    }
  }

  private static void requireFailure(
      int ranks, Kind kind, Event struck, Throwable thrown, long nanos, String what) {
    assertThat(thrown).as(what).isInstanceOf(RingException.class);
    RingException e = (RingException) thrown;
    assertThat(e.rank()).as(what).isEqualTo(struck.rank());
    assertThat(e.device()).as(what).isEqualTo("cpu:" + struck.rank());
    assertThat(e.step()).as(what).isEqualTo(step(ranks, kind, struck));
    double seconds = nanos * 1e-9;
    switch (kind) {
      case HANG, LOST_COMPLETION -> {
        assertThat(e.getCause()).as(what).isInstanceOf(DeviceStalledException.class);
        double limit = LIMIT_SECONDS + (struck.call() == Call.PREPARE ? COMPILING_SECONDS : 0);
        assertThat(seconds).as(what).isBetween(limit, limit + 10.0);
      }
      case FLIPPED_BIT ->
          assertThat(e.getCause()).as(what).isInstanceOf(DamagedBlockException.class);
      default -> {
        assertThat(e.getCause()).as(what).hasMessage("boom");
        assertThat(seconds).as(what).isLessThan(1);
      }
    }
  }

  /** The step that a rank is at when it comes to a call. */
  private static int step(int ranks, Kind kind, Event event) {
    return switch (event.call()) {
      case PREPARE, ALLOCATE -> 0;
      case LOAD, COPY, FOLD, ARRIVAL, BRING -> stepOf(ranks, event);
      // One step ahead; what happens on the way is seen on arrival.
      case POST -> stepOf(ranks, event) - (kind == Kind.FLIPPED_BIT ? 0 : 1);
      case CLOSE_BUFFER -> ranks - 1;
      case FINISH, CLOSE_SHARD, CLOSE_DEVICE -> ranks;
    };
  }

  /** The step at which a rank folds a call's block in. */
  private static int stepOf(int ranks, Event event) {
    return Math.floorMod(event.rank() - Integer.parseInt(event.block()) / 2, ranks);
  }
}
