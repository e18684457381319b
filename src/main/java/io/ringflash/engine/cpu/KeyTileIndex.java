package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.PackedBlock.KEYS;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValuePart;
import java.util.List;

/**
 * The tiles of keys that a block's slices are cut into, counted through all slices.
 *
 * <p>Tiles begin at multiples of {@link PackedBlock#KEYS} keys of their slice, so that a row's sums
 * are grouped the same way wherever slices begin at such multiples of the sequence.
 */
final class KeyTileIndex {
  private final List<KeyValuePart> parts;

  /** Of each slice. */
  private final int[] firstTiles;

  private final int count;

  KeyTileIndex(List<KeyValuePart> parts) {
    this.parts = parts;
    this.firstTiles = new int[parts.size()];
    long tiles = 0;
    for (int i = 0; i < firstTiles.length; i++) {
      firstTiles[i] = Math.toIntExact(tiles);
      tiles += Math.ceilDiv(parts.get(i).positions().length(), KEYS);
    }
    this.count = Math.toIntExact(tiles);
  }

  /** Number of tiles. */
  int count() {
    return count;
  }

  /** Index of the first tile of a slice. */
  int firstTile(int part) {
    return firstTiles[part];
  }

  /** A tile's keys. */
  PositionSlice keys(int tile) {
    PositionSlice keys = part(tile).positions();
    long from = firstKey(tile);
    return keys.sub(from, Math.min(KEYS, keys.length() - from));
  }

  /** The slice that a tile is of. */
  KeyValuePart part(int tile) {
    return parts.get(indexOfPart(tile));
  }

  /** First key of a tile, counted within its slice. */
  long firstKey(int tile) {
    return (long) (tile - firstTiles[indexOfPart(tile)]) * KEYS;
  }

  private int indexOfPart(int tile) {
    int part = firstTiles.length - 1;
    while (firstTiles[part] > tile) {
      part--;
    }
    return part;
  }
}
