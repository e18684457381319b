package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.PositionSlice;
import java.util.Arrays;

/**
 * The keys of a tile that each row sees: neighbours, whatever the mask.
 *
 * <p>Groups of rows that the micro-kernel takes at once share a range: what no row of a group sees
 * is neither scored nor weighted.
 */
final class VisibleRanges {
  private static final int ROWS = TileRows.ROWS;
  private static final int GROUP = TileRows.GROUP;
  private static final int GROUPS = ROWS / GROUP;

  /** Per row, the first key that it sees, and the one after the last. */
  private final int[] firstOfRow = new int[ROWS];

  private final int[] endOfRow = new int[ROWS];

  /** Per group, the first key that one of its rows sees, and the one after the last. */
  private final int[] firstOfGroup = new int[GROUPS];

  private final int[] endOfGroup = new int[GROUPS];

  /** All of {@code rows} rows see all of {@code keys} keys. */
  void setAll(int rows, int keys) {
    Arrays.fill(firstOfRow, 0, rows, 0);
    Arrays.fill(endOfRow, 0, rows, keys);
    uniteGroups(rows);
  }

  /**
   * Each row sees what {@code mask} lets it.
   *
   * @param queries positions of the rows
   */
  void set(int rows, TileQueries queries, AttentionMask mask, PositionSlice keys) {
    int count = (int) keys.length();
    for (int r = 0; r < rows; r++) {
      long first = queries.position(r) + mask.lowestOffset() - keys.start();
      long last = queries.position(r) + mask.highestOffset() - keys.start();
      firstOfRow[r] = Math.clamp(Math.ceilDiv(first, keys.stride()), 0, count);
      endOfRow[r] = Math.clamp(Math.floorDiv(last, keys.stride()) + 1, firstOfRow[r], count);
    }
    uniteGroups(rows);
  }

  private void uniteGroups(int rows) {
    for (int group = 0; group * GROUP < rows; group++) {
      unite(group, Math.min(rows, (group + 1) * GROUP));
    }
  }

  private void unite(int group, int endRow) {
    int first = TileRows.KEYS;
    int end = 0;
    for (int r = group * GROUP; r < endRow; r++) {
      if (firstOfRow[r] < endOfRow[r]) {
        first = Math.min(first, firstOfRow[r]);
        end = Math.max(end, endOfRow[r]);
      }
    }
    firstOfGroup[group] = Math.min(first, end);
    endOfGroup[group] = end;
    for (int r = group * GROUP; r < endRow; r++) {
      if (firstOfRow[r] == endOfRow[r]) {
        firstOfRow[r] = end;
        endOfRow[r] = end;
      }
    }
  }

  /** The first key that row {@code r} sees. */
  int first(int r) {
    return firstOfRow[r];
  }

  /** The key after the last that row {@code r} sees. */
  int end(int r) {
    return endOfRow[r];
  }

  /** The first key that a row of {@code group} sees. */
  int firstOfGroup(int group) {
    return firstOfGroup[group];
  }

  /** The key after the last that a row of {@code group} sees; 0 if there is none. */
  int endOfGroup(int group) {
    return endOfGroup[group];
  }

  /** First key that a row's vectors hold. */
  int firstVector(int r) {
    return firstOfGroup[r / GROUP] / LANES * LANES;
  }

  /** The key after the last that a row's vectors hold. */
  int endVector(int r) {
    return Simd.padded(endOfGroup[r / GROUP]);
  }
}
