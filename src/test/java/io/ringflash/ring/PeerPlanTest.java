package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.ring.PeerPlan.Place;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PeerPlanTest {
  private static final int MOST_RANKS = 6;
  private static final long LENGTH = 24 * KeyValueBlock.CANONICAL_TILE;

  private static final List<AttentionMask> MASKS =
      List.of(
          AttentionMask.NONE,
          AttentionMask.CAUSAL,
          new AttentionMask(false, 3, 0),
          new AttentionMask(false, 0, 9),
          new AttentionMask(false, 700, 300));

  static Stream<RingSchedule> schedules() {
    List<RingSchedule> schedules = new ArrayList<>();
    for (int ranks = 1; ranks <= MOST_RANKS; ranks++) {
      for (Sharding sharding : Sharding.values()) {
        List<List<PositionSlice>> shards = sharding.shard(LENGTH, speeds(ranks));
        for (AttentionMask mask : MASKS) {
          schedules.add(RingSchedule.ring(shards, shards, mask, 0));
          schedules.add(RingSchedule.canonical(shards, shards, mask, 0));
        }
      }
    }
    return schedules.stream();
  }

  /**
   * A block is copied from where it was folded in one step before, and where nothing overwrites it.
   */
  @ParameterizedTest
  @MethodSource("schedules")
  void sourcesHoldTheBlock(RingSchedule schedule) {
    PeerPlan plan = PeerPlan.of(schedule);
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      List<Step> steps = schedule.activeSteps(rank);
      assertThat(plan.turns(rank)).isEqualTo(steps.size());
      for (int turn = 0; turn < steps.size(); turn++) {
        Step step = steps.get(turn);
        plan.source(rank, turn).ifPresent(place -> requireHeld(schedule, place, step));
      }
    }
  }

  private static void requireHeld(RingSchedule schedule, Place place, Step wanted) {
    List<Step> steps = schedule.activeSteps(place.rank());
    assertThat(steps.get(place.turn()).block()).isEqualTo(wanted.block());
    assertThat(steps.get(place.turn()).index()).isEqualTo(wanted.index() - 1);
    for (PositionSlice keys : wanted.keys()) {
      assertThat(steps.get(place.turn()).keys()).anyMatch(there -> there.contains(keys));
    }
    // The copy that overwrites it is for a later step than the one that it waits for.
    if (place.turn() + 2 < steps.size()) {
      assertThat(steps.get(place.turn() + 2).index()).isGreaterThan(wanted.index());
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void everyReaderIsCounted(RingSchedule schedule) {
    PeerPlan plan = PeerPlan.of(schedule);
    List<Place> sources = new ArrayList<>();
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      for (int turn = 0; turn < plan.turns(rank); turn++) {
        plan.source(rank, turn).ifPresent(sources::add);
      }
    }
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      for (int turn = 0; turn < plan.turns(rank); turn++) {
        Place here = new Place(rank, turn);
        long readers = sources.stream().filter(here::equals).count();
        assertThat(plan.readers(rank, turn)).isEqualTo((int) readers);
      }
    }
  }

  @Test
  void withoutMaskAllButTheFirstComeFromTheRankBefore() {
    List<List<PositionSlice>> shards = Sharding.CONTIGUOUS.shard(LENGTH, speeds(4));
    PeerPlan plan = PeerPlan.of(RingSchedule.ring(shards, shards, AttentionMask.NONE, 0));
    for (int rank = 0; rank < 4; rank++) {
      assertThat(plan.source(rank, 0)).isEmpty();
      for (int turn = 1; turn < 4; turn++) {
        assertThat(plan.source(rank, turn))
            .isEqualTo(Optional.of(new Place((rank + 3) % 4, turn - 1)));
      }
    }
  }

  /** Contiguous and causal: rank 0 stops after its own block, which rank 1 takes from it. */
  @Test
  void aRankThatStopsEarlyIsStillASource() {
    List<List<PositionSlice>> shards = Sharding.CONTIGUOUS.shard(LENGTH, speeds(3));
    PeerPlan plan = PeerPlan.of(RingSchedule.ring(shards, shards, AttentionMask.CAUSAL, 0));
    assertThat(plan.turns(0)).isOne();
    assertThat(plan.readers(0, 0)).isOne();
    assertThat(plan.source(2, 2)).isEqualTo(Optional.of(new Place(1, 1)));
  }

  /** Everybody wants the same block at the same time, and nobody has had it before. */
  @Test
  void theCanonicalOrderTakesAllFromTheHost() {
    List<List<PositionSlice>> shards = Sharding.CONTIGUOUS.shard(LENGTH, speeds(3));
    PeerPlan plan = PeerPlan.of(RingSchedule.canonical(shards, shards, AttentionMask.NONE, 0));
    for (int rank = 0; rank < 3; rank++) {
      for (int turn = 0; turn < 3; turn++) {
        assertThat(plan.source(rank, turn)).isEmpty();
      }
    }
  }

  private static double[] speeds(int ranks) {
    double[] speeds = new double[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      speeds[rank] = 1 + rank;
    }
    return speeds;
  }
}
