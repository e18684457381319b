package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringflash.engine.AttnType;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Point;
import io.ringflash.faults.Fault;
import io.ringflash.faults.Fault.Kind;
import io.ringflash.faults.Interference;
import io.ringflash.faults.RandomFaults;
import io.ringflash.faults.VirtualTime;
import io.ringflash.ring.DeviceLoss;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingException;
import io.ringflash.ring.Sharding;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The devices that are left finish the job. */
class OnDeviceFailureTest {
  private static final int RANKS = 3;
  private static final int TOKENS = 24;

  private final VirtualTime time = new VirtualTime(0);

  /** Wherever and however a device fails: the bits are those of a ring that never had it. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"EXCEPTION", "ERROR", "HANG", "LOST_COMPLETION"})
  void theResultIsThatOfTheOthers(Kind kind) throws Exception {
    AttentionOptions options = options(Sharding.CONTIGUOUS).build();
    List<Float> expected = sound(RANKS - 1, options);
    long seed = 0;
    for (Point point : points(options)) {
      if (kind.befalls(point.call())) {
        VirtualTime ownTime = new VirtualTime(seed++);
        Fault fault = new Fault(ownTime, point, kind);
        try (FaultRing ring = new FaultRing(ownTime, RANKS, TOKENS, fault)) {
          AttentionResult result = ring.run(options);
          String what = kind + " of " + point;
          assertThat(FaultRing.bits(result)).as(what).isEqualTo(expected);
          DeviceLoss loss = result.report().losses().getFirst();
          assertThat(result.report().losses()).as(what).hasSize(1);
          assertThat(loss.rank()).as(what).isEqualTo(point.rank());
          assertThat(loss.device()).as(what).isEqualTo("cpu:" + point.rank());
          assertThat(loss.cause()).as(what).isNotEmpty();
          assertThat(result.report().ranks()).as(what).hasSize(RANKS - 1);
          assertThat(result.report().ranks().stream().map(RankReport::device))
              .as(what)
              .doesNotContain(loss.device());
          fault.release();
          ownTime.settle();
          ring.requireIdle();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sharding.class)
  void everyShardingIsDividedAnew(Sharding sharding) throws Exception {
    AttentionOptions.Builder causal = options(sharding).causal(true);
    List<Float> expected = sound(2, causal.deviceSpeeds(3, 1).build());
    try (FaultRing ring = failing(1, Call.FOLD, 1)) {
      AttentionResult result = ring.run(causal.deviceSpeeds(3, 2, 1).build());
      assertThat(FaultRing.bits(result)).isEqualTo(expected);
    }
  }

  /** The ring measures its devices before it divides the sequence. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"EXCEPTION", "ERROR", "HANG"})
  void aDeviceMayFailWhileItIsMeasured(Kind kind) throws Exception {
    AttentionOptions options = options(Sharding.WEIGHTED).build();
    List<Float> expected = sound(1, options);
    for (Call call : List.of(Call.PREPARE, Call.ALLOCATE, Call.LOAD, Call.FOLD)) {
      VirtualTime ownTime = new VirtualTime(0);
      Fault fault = new Fault(ownTime, new Point(1, call, 0), kind);
      try (FaultRing ring = new FaultRing(ownTime, RANKS, TOKENS, fault)) {
        AttentionResult result = ring.run(options);
        assertThat(result.report().losses().stream().map(DeviceLoss::device))
            .as(call.name())
            .containsExactly("cpu:1");
        List<Float> actual = FaultRing.bits(result);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(actual.get(i)).isCloseTo(expected.get(i), Offset.offset(1e-6f));
        }
        fault.release();
        ownTime.settle();
        ring.requireIdle();
      }
    }
  }

  @Test
  void deterministicBitsAreThoseOfAnyRing() throws Exception {
    AttentionOptions options = options(Sharding.ZIGZAG).causal(true).deterministic(true).build();
    try (FaultRing ring = failing(2, Call.FINISH, 0)) {
      assertThat(FaultRing.bits(ring.run(options))).isEqualTo(sound(1, options));
    }
  }

  /** The tensors of the lost rank are there still; the others take equal parts of them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shardsThatCameAsTensorsAreSharedOut(boolean deterministic) throws Exception {
    AttentionOptions options =
        options(Sharding.CONTIGUOUS).causal(true).deterministic(deterministic).build();
    List<Float> expected = new ArrayList<>();
    try (FaultRing ring = new FaultRing(time, RANKS, TOKENS, Interference.NONE)) {
      ring.runShards(options).forEach(shard -> expected.addAll(FaultRing.bits(shard)));
    }
    try (FaultRing ring = failing(1, Call.FOLD, 0)) {
      List<AttentionResult> shards = ring.runShards(options);
      assertThat(shards).hasSize(RANKS);
      List<Float> actual = new ArrayList<>();
      shards.forEach(shard -> actual.addAll(FaultRing.bits(shard)));
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i))
            .isCloseTo(expected.get(i), Offset.offset(deterministic ? 0f : 1e-6f));
      }
      List<RankReport> ranks = shards.getFirst().report().ranks();
      assertThat(ranks.stream().map(RankReport::queries)).containsExactly(12L, 12L);
      assertThat(shards.getLast().report().losses()).hasSize(1);
    }
  }

  @Test
  void aLostDeviceStaysOut() throws Exception {
    AttentionOptions options = options(Sharding.CONTIGUOUS).build();
    try (FaultRing ring = failing(0, Call.PREPARE, 0)) {
      ring.run(options);
      AttentionResult next = ring.run(options);
      assertThat(next.report().ranks()).hasSize(2);
      assertThat(next.report().losses()).isEmpty();
      assertThat(ring.log().count(0, Call.PREPARE)).isZero();
    }
  }

  @Test
  void whenTheLastFailsTheFirstFailureIsReported() throws Exception {
    Interference everyFold =
        (event, stop) -> {
          time.pause();
          if (event.call() == Call.FOLD) {
            throw new IllegalStateException("boom");
          }
        };
    try (FaultRing ring = new FaultRing(time, RANKS, TOKENS, everyFold)) {
      RingException e =
          catchThrowableOfType(
              RingException.class, () -> ring.run(options(Sharding.CONTIGUOUS).build()));
      assertThat(e.step()).isZero();
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
      assertThat(e.getSuppressed()).hasSize(RANKS - 1);
      ring.requireIdle();
    }
  }

  /** A device is not to blame for a kernel that it does not have. */
  @Test
  void whatWasAskedForWronglyIsNotTriedAgain() throws Exception {
    AttentionOptions options = options(Sharding.CONTIGUOUS).attnType(AttnType.TILED).build();
    try (FaultRing ring = new FaultRing(time, RANKS, TOKENS, Interference.NONE)) {
      assertThatThrownBy(() -> ring.run(options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("attn-type")
          .hasNoSuppressedExceptions();
    }
  }

  /** However many fail, and whenever: the answer is right as long as one is left. */
  @Test
  void anyNumberMayFail() throws Exception {
    int lost = 0;
    for (long seed = 0; seed < 60; seed++) {
      VirtualTime ownTime = new VirtualTime(seed);
      RandomFaults faults = new RandomFaults(ownTime, seed, 8, 0.005);
      AttentionOptions options = options(Sharding.STRIPED).build();
      try (FaultRing ring = new FaultRing(ownTime, 8, TOKENS, faults)) {
        AttentionResult result = ring.run(options);
        int left = result.report().ranks().size();
        assertThat(result.report().losses()).hasSize(8 - left);
        assertThat(FaultRing.bits(result)).as("seed " + seed).isEqualTo(sound(left, options));
        lost += 8 - left;
        faults.repair();
      }
    }
    assertThat(lost).isGreaterThan(30);
  }

  private FaultRing failing(int rank, Call call, int nth) {
    return new FaultRing(
        time, RANKS, TOKENS, new Fault(time, new Point(rank, call, nth), Kind.EXCEPTION));
  }

  private static List<Float> sound(int ranks, AttentionOptions options) throws Exception {
    try (FaultRing ring = new FaultRing(new VirtualTime(0), ranks, TOKENS, Interference.NONE)) {
      return FaultRing.bits(ring.run(options));
    }
  }

  private static List<Point> points(AttentionOptions options) throws Exception {
    try (FaultRing ring = new FaultRing(new VirtualTime(0), RANKS, TOKENS, Interference.NONE)) {
      ring.run(options);
      return ring.log().points();
    }
  }

  private static AttentionOptions.Builder options(Sharding sharding) {
    return AttentionOptions.builder().sharding(sharding).onDeviceFailure(OnDeviceFailure.CONTINUE);
  }
}
