package io.ringflash.engine.tornado;

import io.ringflash.attention.PositionSlice;
import java.util.List;
import java.util.function.Predicate;

/**
 * Neighbouring tiles of a table.
 *
 * @param first index of the first
 * @param end index after the last
 */
record TileRange(int first, int end) {
  /** The first {@code count} tiles. */
  static TileRange ofFirst(int count) {
    return new TileRange(0, count);
  }

  /** From the first to the last tile that is {@code wanted}; empty if none is. */
  static TileRange spanning(List<PositionSlice> tiles, Predicate<PositionSlice> wanted) {
    int first = 0;
    while (first < tiles.size() && !wanted.test(tiles.get(first))) {
      first++;
    }
    int end = tiles.size();
    while (end > first && !wanted.test(tiles.get(end - 1))) {
      end--;
    }
    return new TileRange(first, end);
  }

  int count() {
    return end - first;
  }
}
