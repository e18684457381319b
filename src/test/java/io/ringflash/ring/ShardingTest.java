package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShardingTest {
  private static final int MAX_LENGTH = 40;
  private static final int MAX_RANKS = 9;

  @ParameterizedTest
  @EnumSource
  void everyTokenHasOneOwner(Sharding sharding) {
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
        List<List<PositionSlice>> shards = sharding.shard(length, speeds(ranks));
        assertThat(shards).hasSize(ranks);
        int[] owners = new int[length];
        for (PositionSlice slice : shards.stream().flatMap(List::stream).toList()) {
          for (long i = 0; i < slice.length(); i++) {
            owners[(int) slice.index(i)]++;
          }
        }
        assertThat(owners)
            .as("%s of %d for %d", sharding, length, ranks)
            .containsOnly(ones(length));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void slicesAscendAndNoneIsEmpty(Sharding sharding) {
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
        for (List<PositionSlice> shard : sharding.shard(length, speeds(ranks))) {
          long last = -1;
          for (PositionSlice slice : shard) {
            assertThat(slice.length()).isPositive();
            assertThat(slice.joint()).isFalse();
            assertThat(slice.start()).isGreaterThan(last);
            last = slice.lastIndex();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CONTIGUOUS", "STRIPED", "ZIGZAG"})
  void sharesAreEqualUpToRounding(Sharding sharding) {
    int difference = sharding == Sharding.ZIGZAG ? 2 : 1;
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
        long[] sizes = sizes(sharding.shard(length, speeds(ranks)));
        assertThat(max(sizes) - min(sizes))
            .as("%d for %d", length, ranks)
            .isLessThanOrEqualTo(difference);
      }
    }
  }

  @Test
  void zigzagBalancesCausalWork() {
    for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
      for (int chunk = 1; chunk <= 4; chunk++) {
        long[] work = causalWork(Sharding.ZIGZAG.shard(2L * ranks * chunk, speeds(ranks)));
        assertThat(max(work)).as("%d ranks", ranks).isEqualTo(min(work));
      }
      for (int length = 0; length <= MAX_LENGTH; length++) {
        long[] work = causalWork(Sharding.ZIGZAG.shard(length, speeds(ranks)));
        // A chunk that is one token too long costs at most one row of the mask.
        assertThat(max(work) - min(work)).isLessThanOrEqualTo(2L * length);
      }
    }
  }

  @Test
  void weightedSharesAreInProportion() {
    double[][] speeds = {{4, 2, 1, 1}, {1, 1e6}, {1e-9, 1e-9, 2e-9}, {3, 1, 2, 1, 5}};
    for (double[] given : speeds) {
      double total = Arrays.stream(given).sum();
      for (int length = 0; length <= 200; length++) {
        long[] sizes = sizes(Sharding.WEIGHTED.shard(length, given));
        for (int rank = 0; rank < given.length; rank++) {
          assertThat((double) sizes[rank])
              .as("%d for %s, rank %d", length, Arrays.toString(given), rank)
              .isCloseTo(length * given[rank] / total, offset(2.0));
        }
      }
    }
  }

  @Test
  void speedsWhoseSumIsInfiniteAreSpeeds() {
    assertThat(Sharding.WEIGHTED.shard(40, 1.5e308, 1.5e308))
        .isEqualTo(Sharding.WEIGHTED.shard(40, 1, 1));
  }

  @Test
  void ranksWithoutSpeedGetNothing() {
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (double[] speeds : new double[][] {{0, 3, 1}, {3, 0, 1}, {3, 1, 0}, {3, 1, 0, 0}}) {
        List<List<PositionSlice>> shards = Sharding.WEIGHTED.shard(length, speeds);
        List<List<PositionSlice>> others = new ArrayList<>();
        for (int rank = 0; rank < speeds.length; rank++) {
          if (speeds[rank] > 0) {
            others.add(shards.get(rank));
          } else {
            assertThat(shards.get(rank)).isEmpty();
          }
        }
        assertThat(others).isEqualTo(Sharding.WEIGHTED.shard(length, 3, 1));
      }
    }
  }

  @Test
  void weightedSharesBalanceCausalWork() {
    double[] speeds = {4, 2, 1, 1};
    long[] work = causalWork(Sharding.WEIGHTED.shard(800, speeds));
    long total = Arrays.stream(work).sum();
    for (int rank = 0; rank < speeds.length; rank++) {
      assertThat((double) work[rank] / total).isCloseTo(speeds[rank] / 8, offset(0.002));
    }
  }

  @Test
  void equalSpeedsAreZigzag() {
    for (int length = 0; length <= MAX_LENGTH; length++) {
      for (int ranks = 1; ranks <= MAX_RANKS; ranks++) {
        double[] equal = new double[ranks];
        Arrays.fill(equal, 3.5);
        assertThat(Sharding.WEIGHTED.shard(length, equal))
            .isEqualTo(Sharding.ZIGZAG.shard(length, equal));
      }
    }
  }

  /** The picture in the documentation of {@link Sharding}. */
  @Test
  void drawn() {
    double[] speeds = {4, 2, 1, 1};
    assertThat(owners(Sharding.CONTIGUOUS, speeds)).isEqualTo("0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3");
    assertThat(owners(Sharding.ZIGZAG, speeds)).isEqualTo("0 0 1 1 2 2 3 3 3 3 2 2 1 1 0 0");
    assertThat(owners(Sharding.STRIPED, speeds)).isEqualTo("0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3");
    assertThat(owners(Sharding.WEIGHTED, speeds)).isEqualTo("0 0 0 0 1 1 2 3 3 2 1 1 0 0 0 0");
  }

  @ParameterizedTest
  @EnumSource
  void longestSequences(Sharding sharding) {
    long length = AttentionShape.MAX_SEQ_LEN;
    List<List<PositionSlice>> shards = sharding.shard(length, speeds(7));
    assertThat(Arrays.stream(sizes(shards)).sum()).isEqualTo(length);
  }

  @Test
  void refusesSpeedsThatAreNone() {
    for (double speed : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Sharding.WEIGHTED.shard(10, 1, speed))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "device speeds should be finite and not negative but got [1.0, %s]".formatted(speed));
    }
    assertThatThrownBy(() -> Sharding.WEIGHTED.shard(10, 0, 0))
        .hasMessage("some device speed should be positive but all are 0");
  }

  private static String owners(Sharding sharding, double[] speeds) {
    String[] owners = new String[16];
    List<List<PositionSlice>> shards = sharding.shard(owners.length, speeds);
    for (int rank = 0; rank < shards.size(); rank++) {
      for (PositionSlice slice : shards.get(rank)) {
        for (long i = 0; i < slice.length(); i++) {
          owners[(int) slice.index(i)] = "" + rank;
        }
      }
    }
    return String.join(" ", owners);
  }

  /** Unlike one another, for weighted shards. */
  private static double[] speeds(int ranks) {
    double[] speeds = new double[ranks];
    for (int rank = 0; rank < ranks; rank++) {
      speeds[rank] = 1 + rank * rank % 5;
    }
    return speeds;
  }

  private static long[] sizes(List<List<PositionSlice>> shards) {
    return shards.stream()
        .mapToLong(shard -> shard.stream().mapToLong(PositionSlice::length).sum())
        .toArray();
  }

  /** Per rank, how many keys its queries see under a causal mask. */
  private static long[] causalWork(List<List<PositionSlice>> shards) {
    long length = Arrays.stream(sizes(shards)).sum();
    return shards.stream().mapToLong(shard -> causalWork(shard, length)).toArray();
  }

  private static long causalWork(List<PositionSlice> shard, long length) {
    long work = 0;
    for (PositionSlice slice : shard) {
      for (long i = 0; i < slice.length(); i++) {
        for (long j = 0; j < length; j++) {
          work += AttentionMask.CAUSAL.visible(slice.index(i), j) ? 1 : 0;
        }
      }
    }
    return work;
  }

  private static long max(long[] values) {
    return Arrays.stream(values).max().orElse(0);
  }

  private static long min(long[] values) {
    return Arrays.stream(values).min().orElse(0);
  }

  private static int[] ones(int length) {
    return length == 0 ? new int[0] : new int[] {1};
  }
}
