package io.ringflash.ring;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a K/V block that some queries see: of each slice the keys from the first visible to
 * the last, widened to multiples of {@link KeyValueBlock#CANONICAL_TILE}, so that kernels cut what
 * is left into the same tiles as the whole.
 *
 * @param block slices of the whole block
 * @param ranges for each slice, keys of it
 */
record VisibleKeys(List<PositionSlice> block, List<Range> ranges) {
  /**
   * Keys of a slice.
   *
   * @param from index of the first within the slice
   * @param to index after the last
   */
  record Range(long from, long to) {
    private static final Range NONE = new Range(Long.MAX_VALUE, 0);

    private boolean isEmpty() {
      return from >= to;
    }

    private Range with(Range other) {
      return new Range(Math.min(from, other.from), Math.max(to, other.to));
    }
  }

  /**
   * What {@code queries} see of a block.
   *
   * @param queryOffset position of query 0
   */
  static VisibleKeys of(
      List<PositionSlice> queries,
      List<PositionSlice> block,
      AttentionMask mask,
      long queryOffset) {
    List<Range> ranges = new ArrayList<>(block.size());
    for (PositionSlice slice : block) {
      ranges.add(range(queries, slice, mask, queryOffset));
    }
    return new VisibleKeys(block, ranges);
  }

  /**
   * What either of two groups of queries sees of the same block.
   *
   * @param other null for none
   */
  VisibleKeys with(@Nullable VisibleKeys other) {
    if (other == null) {
      return this;
    }
    List<Range> both = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      both.add(ranges.get(i).with(other.ranges.get(i)));
    }
    return new VisibleKeys(block, both);
  }

  /** The slices that are left, none of which is empty. */
  List<PositionSlice> slices() {
    List<PositionSlice> slices = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      Range range = ranges.get(i);
      if (!range.isEmpty()) {
        slices.add(block.get(i).sub(range.from(), range.to() - range.from()));
      }
    }
    return List.copyOf(slices);
  }

  private static Range range(
      List<PositionSlice> queries, PositionSlice slice, AttentionMask mask, long queryOffset) {
    long tile = KeyValueBlock.CANONICAL_TILE;
    long tiles = Math.ceilDiv(slice.length(), tile);
    long first = 0;
    while (first < tiles && !sees(queries, tile(slice, first), mask, queryOffset)) {
      first++;
    }
    if (first == tiles) {
      return Range.NONE;
    }
    long last = tiles - 1;
    while (!sees(queries, tile(slice, last), mask, queryOffset)) {
      last--;
    }
    return new Range(first * tile, Math.min(slice.length(), (last + 1) * tile));
  }

  private static PositionSlice tile(PositionSlice slice, long index) {
    long from = index * KeyValueBlock.CANONICAL_TILE;
    return slice.sub(from, Math.min(KeyValueBlock.CANONICAL_TILE, slice.length() - from));
  }

  private static boolean sees(
      List<PositionSlice> queries, PositionSlice keys, AttentionMask mask, long queryOffset) {
    return BlockMask.classify(queries, List.of(keys), mask, queryOffset) != BlockMask.EMPTY;
  }
}
