package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RingScheduleTest {
  private static final List<AttentionMask> MASKS =
      List.of(
          AttentionMask.NONE,
          AttentionMask.CAUSAL,
          new AttentionMask(false, 0, 0),
          new AttentionMask(false, 1, 2),
          new AttentionMask(false, -1, 1),
          new AttentionMask(false, 2, -1),
          new AttentionMask(true, 3, -1));

  /** A ring of shards, and its schedule. */
  private record Ring(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      long offset,
      RingSchedule schedule) {

    static Ring of(Sharding sharding, int ranks, long seqLenQ, long seqLenK, AttentionMask mask) {
      double[] speeds = new double[ranks];
      for (int rank = 0; rank < ranks; rank++) {
        speeds[rank] = 1 + rank % 3;
      }
      List<List<PositionSlice>> queries = sharding.shard(seqLenQ, speeds);
      List<List<PositionSlice>> keys = sharding.shard(seqLenK, speeds);
      long offset = seqLenK - seqLenQ;
      RingSchedule schedule = RingSchedule.ring(queries, keys, mask, offset);
      return new Ring(queries, keys, mask, offset, schedule);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyVisiblePairIsComputedOnce(Sharding sharding) {
    for (int ranks = 1; ranks <= 5; ranks++) {
      for (int seqLenQ = 0; seqLenQ <= 9; seqLenQ += 3) {
        for (int seqLenK = 0; seqLenK <= 11; seqLenK++) {
          for (AttentionMask mask : MASKS) {
            requireCover(Ring.of(sharding, ranks, seqLenQ, seqLenK, mask));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBlockIsWithOneRankAtEveryStep(Sharding sharding) {
    for (int ranks = 1; ranks <= 6; ranks++) {
      RingSchedule schedule = Ring.of(sharding, ranks, 24, 24, AttentionMask.NONE).schedule();
      for (int t = 0; t < ranks; t++) {
        Set<Integer> blocks = new HashSet<>();
        for (int rank = 0; rank < ranks; rank++) {
          blocks.add(schedule.steps(rank).get(t).block());
        }
        assertThat(blocks).hasSize(ranks);
      }
    }
  }

  /** What makes it a ring: the block of the next step is the one the predecessor has now. */
  @Test
  void ranksTakeTheirPredecessorsBlocks() {
    RingSchedule schedule = Ring.of(Sharding.ZIGZAG, 5, 20, 20, AttentionMask.NONE).schedule();
    for (int rank = 0; rank < 5; rank++) {
      assertThat(schedule.steps(rank).getFirst().block()).isEqualTo(rank);
      for (int t = 1; t < 5; t++) {
        int predecessor = Math.floorMod(rank - 1, 5);
        assertThat(schedule.steps(rank).get(t).block())
            .isEqualTo(schedule.steps(predecessor).get(t - 1).block());
        assertThat(schedule.steps(rank).get(t).index()).isEqualTo(t);
      }
    }
  }

  @Test
  void causalContiguousComputesHalfOfTheBlocks() {
    for (int ranks = 1; ranks <= 9; ranks++) {
      for (int shard = 1; shard <= 3; shard++) {
        long length = (long) ranks * shard;
        RingSchedule schedule =
            Ring.of(Sharding.CONTIGUOUS, ranks, length, length, AttentionMask.CAUSAL).schedule();
        assertThat(activeSteps(schedule)).isEqualTo(ranks * (ranks + 1) / 2);
      }
    }
  }

  @Test
  void aWindowTransfersOnlyWhatIsUsed() {
    AttentionMask window = new AttentionMask(false, 10, 0);
    RingSchedule schedule = Ring.of(Sharding.CONTIGUOUS, 8, 80, 80, window).schedule();
    for (int rank = 0; rank < 8; rank++) {
      List<Integer> blocks = schedule.activeSteps(rank).stream().map(Step::block).toList();
      assertThat(blocks).isEqualTo(rank == 0 ? List.of(0) : List.of(rank, rank - 1));
    }
  }

  /** Of the rank before, a window of 1,000 keys needs the last four tiles of 256. */
  @Test
  void ofABlockOnlyWhatIsSeenTravels() {
    AttentionMask window = new AttentionMask(false, 1000, 0);
    RingSchedule schedule = Ring.of(Sharding.CONTIGUOUS, 2, 8192, 8192, window).schedule();
    List<PositionSlice> shards = List.of(keys(schedule, 0, 0), keys(schedule, 1, 0));
    assertThat(shards.get(0).length() + shards.get(1).length()).isEqualTo(8192);
    long end = shards.get(0).length();
    long first = (end - 1000) / KeyValueBlock.CANONICAL_TILE * KeyValueBlock.CANONICAL_TILE;
    assertThat(keys(schedule, 1, 1)).isEqualTo(PositionSlice.contiguous(first, end - first));
  }

  /**
   * Causal and zigzag: all keys of the one chunk come before all queries, those of the other after.
   */
  @Test
  void slicesThatNobodySeesStayBehind() {
    double[] equal = {1, 1};
    List<List<PositionSlice>> zigzag = Sharding.ZIGZAG.shard(4096, equal);
    RingSchedule schedule = RingSchedule.ring(zigzag, zigzag, AttentionMask.CAUSAL, 0);
    assertThat(schedule.steps(0).get(1).keys()).isEqualTo(zigzag.get(1));
    assertThat(keys(schedule, 1, 1)).isEqualTo(zigzag.get(0).getFirst());
  }

  /** A block that goes on to another rank has what that one needs, too. */
  @Test
  void blocksThatArePassedOnStayLargeEnough() {
    double[] equal = {1, 1, 1};
    List<List<PositionSlice>> zigzag = Sharding.ZIGZAG.shard(6144, equal);
    RingSchedule schedule = RingSchedule.ring(zigzag, zigzag, AttentionMask.CAUSAL, 0);
    assertThat(schedule.steps(2).get(1).keys()).isEqualTo(zigzag.get(1));
    assertThat(schedule.steps(0).get(2).keys()).isEqualTo(zigzag.get(1));
  }

  private static PositionSlice keys(RingSchedule schedule, int rank, int step) {
    List<PositionSlice> keys = schedule.steps(rank).get(step).keys();
    assertThat(keys).hasSize(1);
    return keys.getFirst();
  }

  /** The pictures in the documentation of {@link RingSchedule}. */
  @Test
  void drawn() {
    assertThat(drawn(Ring.of(Sharding.CONTIGUOUS, 4, 16, 16, AttentionMask.CAUSAL).schedule()))
        .isEqualTo(
            """
            ◪ . . .
            ◪ ■ . .
            ◪ ■ ■ .
            ◪ ■ ■ ■
            """);
    double[] equal = {1, 1, 1, 1};
    List<List<PositionSlice>> zigzag = Sharding.ZIGZAG.shard(16, equal);
    assertThat(drawn(RingSchedule.ring(zigzag, zigzag, AttentionMask.CAUSAL, 0)))
        .isEqualTo(
            """
            ◪ ◪ ◪ ◪
            ◪ ◪ ◪ ◪
            ◪ ◪ ◪ ◪
            ◪ ◪ ◪ ◪
            """);
  }

  @ParameterizedTest
  @EnumSource
  void theCanonicalOrderAscendsAndCoversToo(Sharding sharding) {
    for (int ranks = 1; ranks <= 4; ranks++) {
      for (AttentionMask mask : MASKS) {
        Ring ring = Ring.of(sharding, ranks, 9, 11, mask);
        List<List<PositionSlice>> runs = Sharding.CONTIGUOUS.shard(11, new double[ranks]);
        RingSchedule canonical = RingSchedule.canonical(ring.queries(), runs, mask, ring.offset());
        requireCover(new Ring(ring.queries(), runs, mask, ring.offset(), canonical));
        for (int rank = 0; rank < ranks; rank++) {
          List<Integer> blocks = canonical.steps(rank).stream().map(Step::block).toList();
          assertThat(blocks).isSorted().hasSize(ranks);
        }
      }
    }
  }

  @Test
  void canonicalBlocksAreCutAtTiles() {
    for (long seqLenK : new long[] {0, 1, 255, 256, 257, 512, 2048, 5000, 1L << 31}) {
      for (int count = 1; count <= 9; count++) {
        List<List<PositionSlice>> blocks = RingSchedule.canonicalBlocks(seqLenK, count);
        assertThat(blocks).hasSize(count);
        long next = 0;
        for (PositionSlice slice : blocks.stream().flatMap(List::stream).toList()) {
          assertThat(slice.start()).isEqualTo(next);
          assertThat(slice.start() % KeyValueBlock.CANONICAL_TILE).isZero();
          assertThat(slice.length()).isPositive();
          assertThat(slice.stride()).isEqualTo(1);
          next = slice.lastIndex() + 1;
        }
        assertThat(next).isEqualTo(seqLenK);
        requireEqualUpToATile(blocks, seqLenK);
      }
    }
  }

  private static void requireEqualUpToATile(List<List<PositionSlice>> blocks, long seqLenK) {
    for (List<PositionSlice> block : blocks) {
      long length = block.stream().mapToLong(PositionSlice::length).sum();
      assertThat(length)
          .isLessThanOrEqualTo(seqLenK / blocks.size() + 2L * KeyValueBlock.CANONICAL_TILE);
    }
  }

  private static void requireCover(Ring ring) {
    long seqLenQ =
        ring.queries().stream().flatMap(List::stream).mapToLong(PositionSlice::length).sum();
    long seqLenK =
        ring.keys().stream().flatMap(List::stream).mapToLong(PositionSlice::length).sum();
    int[][] computed = new int[(int) seqLenQ][(int) seqLenK];
    for (int rank = 0; rank < ring.schedule().ranks(); rank++) {
      for (Step step : ring.schedule().activeSteps(rank)) {
        boolean full = step.mask() == BlockMask.FULL;
        for (long i : tokens(ring.queries().get(rank))) {
          for (long j : tokens(step.keys())) {
            boolean visible = ring.mask().visible(i + ring.offset(), j);
            computed[(int) i][(int) j] += visible || full ? 1 : 0;
          }
        }
      }
    }
    for (int i = 0; i < seqLenQ; i++) {
      for (int j = 0; j < seqLenK; j++) {
        int expected = ring.mask().visible(i + ring.offset(), j) ? 1 : 0;
        if (computed[i][j] != expected) {
          fail("query %d, key %d: %d times in %s", i, j, computed[i][j], ring);
        }
      }
    }
  }

  private static List<Long> tokens(List<PositionSlice> slices) {
    List<Long> tokens = new ArrayList<>();
    for (PositionSlice slice : slices) {
      for (long i = 0; i < slice.length(); i++) {
        tokens.add(slice.index(i));
      }
    }
    return tokens;
  }

  private static int activeSteps(RingSchedule schedule) {
    int count = 0;
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      count += schedule.activeSteps(rank).size();
    }
    return count;
  }

  private static String drawn(RingSchedule schedule) {
    StringBuilder rows = new StringBuilder();
    for (int rank = 0; rank < schedule.ranks(); rank++) {
      String[] marks =
          schedule.steps(rank).stream().map(RingScheduleTest::mark).toArray(String[]::new);
      rows.append(String.join(" ", Arrays.asList(marks))).append('\n');
    }
    return rows.toString();
  }

  private static String mark(Step step) {
    return switch (step.mask()) {
      case EMPTY -> ".";
      case PARTIAL -> "◪";
      case FULL -> "■";
    };
  }
}
