package io.ringflash.engine.tornado;

import io.ringflash.attention.PositionSlice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Tiles of tokens, as kernels read them: a header, then one entry per tile. A tile holds neighbours
 * of one slice and begins at a multiple of {@value #TOKENS} tokens of it, so that a row's sums are
 * grouped the same way wherever slices begin at such multiples of the sequence.
 */
final class TileTable {
  /** Tokens per tile; missing ones are padded. */
  static final int TOKENS = 64;

  /** Header: number of tiles. */
  static final int TILES = 0;

  /** Header: tokens of all slices, without padding. */
  static final int LENGTH = 1;

  /** Header: heads of the tensor that holds the tokens. */
  static final int HEADS = 2;

  /** Header: differs from block to block. */
  static final int STAMP = 3;

  /** Header: elements of a head. */
  static final int HEAD_DIM = 4;

  /** Header: the same with padding. */
  static final int PADDED = 5;

  static final int HEADER = 6;

  /** Entry: index of the first token. */
  static final int START = 0;

  /** Entry: tokens, at most {@value #TOKENS}. */
  static final int COUNT = 1;

  /** Entry: distance between neighbours. */
  static final int STRIDE = 2;

  /** Entry: 1 for joint tokens, otherwise 0. */
  static final int JOINT = 3;

  /** Entry: the first token's place among all tokens of all slices. */
  static final int SOURCE = 4;

  static final int ENTRY = 5;

  private TileTable() {}

  /** Tiles of some slices. */
  static int tiles(List<PositionSlice> slices) {
    long tiles = 0;
    for (PositionSlice slice : slices) {
      tiles += Math.ceilDiv(slice.length(), TOKENS);
    }
    return Math.toIntExact(tiles);
  }

  /** The tiles of some slices. */
  static List<PositionSlice> split(List<PositionSlice> slices) {
    List<PositionSlice> tiles = new ArrayList<>();
    for (PositionSlice slice : slices) {
      for (long first = 0; first < slice.length(); first += TOKENS) {
        tiles.add(slice.sub(first, Math.min(TOKENS, slice.length() - first)));
      }
    }
    return tiles;
  }

  /** Elements of a table of {@code tiles} tiles. */
  static int size(int tiles) {
    return Math.addExact(HEADER, Math.multiplyExact(tiles, ENTRY));
  }

  /** A table of all tiles. */
  static int[] of(List<PositionSlice> slices, int heads, int headDim, int padded, int stamp) {
    return of(slices, tile -> true, heads, headDim, padded, stamp);
  }

  /**
   * A table of some tiles.
   *
   * @param wanted says which, by the tile's tokens
   */
  static int[] of(
      List<PositionSlice> slices,
      Predicate<PositionSlice> wanted,
      int heads,
      int headDim,
      int padded,
      int stamp) {
    int[] table = new int[size(tiles(slices))];
    int at = HEADER;
    long source = 0;
    for (PositionSlice tile : split(slices)) {
      if (wanted.test(tile)) {
        table[at + START] = Math.toIntExact(tile.start());
        table[at + COUNT] = (int) tile.length();
        table[at + STRIDE] = Math.toIntExact(tile.stride());
        table[at + JOINT] = tile.joint() ? 1 : 0;
        table[at + SOURCE] = Math.toIntExact(source);
        at += ENTRY;
      }
      source += tile.length();
    }
    table[TILES] = (at - HEADER) / ENTRY;
    table[LENGTH] = Math.toIntExact(source);
    table[HEADS] = heads;
    table[STAMP] = stamp;
    table[HEAD_DIM] = headDim;
    table[PADDED] = padded;
    return Arrays.copyOf(table, at);
  }
}
