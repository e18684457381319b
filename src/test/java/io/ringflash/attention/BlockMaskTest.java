package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Holds the classification against a look at every pair. */
class BlockMaskTest {
  @Test
  void everyPairOfSmallSlices() {
    List<PositionSlice> slices = smallSlices();
    for (AttentionMask mask : smallMasks()) {
      for (long queryOffset = -4; queryOffset <= 4; queryOffset++) {
        for (PositionSlice queries : slices) {
          for (PositionSlice keys : slices) {
            requireExact(queries, keys, mask, queryOffset);
          }
        }
      }
    }
  }

  @Test
  void randomPairsOfLargerSlices() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      requireExact(slice(random), slice(random), mask(random), random.nextInt(121) - 60);
    }
  }

  @Test
  void randomPairsOfShards() {
    Random random = new Random(12);
    for (int i = 0; i < 20_000; i++) {
      List<PositionSlice> queries = List.of(slice(random), slice(random));
      List<PositionSlice> keys = List.of(slice(random), slice(random));
      requireExact(queries, keys, mask(random), random.nextInt(121) - 60);
    }
  }

  @Test
  void nothingMeetsNothing() {
    List<PositionSlice> some = List.of(PositionSlice.contiguous(0, 3));
    assertThat(BlockMask.classify(List.of(), some, AttentionMask.NONE, 0))
        .isSameAs(BlockMask.EMPTY);
    assertThat(BlockMask.classify(some, List.of(), AttentionMask.NONE, 0))
        .isSameAs(BlockMask.EMPTY);
  }

  @Test
  void sequencesOfTwoThousandMillionTokens() {
    long length = AttentionShape.MAX_SEQ_LEN;
    PositionSlice first = PositionSlice.contiguous(0, length / 2);
    PositionSlice second = PositionSlice.contiguous(length / 2, length - length / 2);
    assertThat(BlockMask.classify(second, first, AttentionMask.CAUSAL, 0)).isSameAs(BlockMask.FULL);
    assertThat(BlockMask.classify(first, second, AttentionMask.CAUSAL, 0))
        .isSameAs(BlockMask.EMPTY);
    assertThat(BlockMask.classify(first, first, AttentionMask.CAUSAL, 0))
        .isSameAs(BlockMask.PARTIAL);
    AttentionMask wide = new AttentionMask(false, Long.MAX_VALUE, Long.MAX_VALUE);
    assertThat(BlockMask.classify(first, second, wide, -length)).isSameAs(BlockMask.FULL);
  }

  /** All slices that shards of a few tokens can have, neighbouring, striped and joint. */
  private static List<PositionSlice> smallSlices() {
    List<PositionSlice> slices = new ArrayList<>();
    for (int length = 0; length <= 4; length++) {
      for (int start = 0; start <= 3; start++) {
        for (int stride = 1; stride <= 3; stride++) {
          slices.add(PositionSlice.strided(start, length, stride));
        }
      }
      slices.add(PositionSlice.joint(0, length));
    }
    return slices;
  }

  private static List<AttentionMask> smallMasks() {
    List<AttentionMask> masks = new ArrayList<>();
    for (int left = -1; left <= 3; left++) {
      for (int right = -1; right <= 3; right++) {
        masks.add(new AttentionMask(false, left, right));
        masks.add(new AttentionMask(true, left, right));
      }
    }
    return masks;
  }

  private static PositionSlice slice(Random random) {
    int start = random.nextInt(50);
    int length = random.nextInt(20);
    return random.nextInt(12) == 0
        ? PositionSlice.joint(start, length)
        : PositionSlice.strided(start, length, 1 + random.nextInt(9));
  }

  private static AttentionMask mask(Random random) {
    return new AttentionMask(random.nextBoolean(), random.nextInt(14) - 1, random.nextInt(14) - 1);
  }

  private static void requireExact(
      PositionSlice queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    BlockMask actual = BlockMask.classify(queries, keys, mask, queryOffset);
    BlockMask expected = byLooking(List.of(queries), List.of(keys), mask, queryOffset);
    // Millions of comparisons: an assertion object for each would take most of the time.
    if (actual != expected) {
      fail(
          "%s × %s, %s, offset %d: %s, not %s", queries, keys, mask, queryOffset, actual, expected);
    }
  }

  private static void requireExact(
      List<PositionSlice> queries, List<PositionSlice> keys, AttentionMask mask, long queryOffset) {
    assertThat(BlockMask.classify(queries, keys, mask, queryOffset))
        .as("%s × %s, %s, offset %d", queries, keys, mask, queryOffset)
        .isSameAs(byLooking(queries, keys, mask, queryOffset));
  }

  private static BlockMask byLooking(
      List<PositionSlice> queries, List<PositionSlice> keys, AttentionMask mask, long queryOffset) {
    long pairs = 0;
    long visible = 0;
    for (PositionSlice query : queries) {
      for (PositionSlice key : keys) {
        pairs += query.length() * key.length();
        visible += visiblePairs(query, key, mask, queryOffset);
      }
    }
    if (visible == 0) {
      return BlockMask.EMPTY;
    }
    return visible == pairs ? BlockMask.FULL : BlockMask.PARTIAL;
  }

  private static long visiblePairs(
      PositionSlice queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    long visible = 0;
    for (long i = 0; i < queries.length(); i++) {
      for (long j = 0; j < keys.length(); j++) {
        boolean joint = queries.joint() || keys.joint();
        long position = queries.index(i) + queryOffset;
        visible += joint || sees(mask, position, keys.index(j)) ? 1 : 0;
      }
    }
    return visible;
  }

  /** The definition, from scratch. */
  private static boolean sees(AttentionMask mask, long p, long j) {
    boolean past = !mask.causal() || j <= p;
    boolean near = mask.left() == -1 || p - mask.left() <= j;
    boolean soon = mask.right() == -1 || j <= p + mask.right();
    return past && near && soon;
  }
}
