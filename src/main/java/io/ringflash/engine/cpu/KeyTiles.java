package io.ringflash.engine.cpu;

import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;

/** A block's tiles of keys as they meet one tile of rows: both of attention's products. */
interface KeyTiles extends AutoCloseable {
  /**
   * Takes the rows' queries and {@link TileRows#accumulators}, and notes in {@link TileQueries}
   * where the rows are.
   */
  void begin();

  /** Which tiles there are. */
  KeyTileIndex index();

  /** Computes a tile's scores for the rows that see some of its keys. */
  void scoreKeys(int tile);

  /**
   * Turns scores into weights relative to each row's maximum.
   *
   * @param keys of the tile that was scored
   * @param all whether all rows see all of them
   */
  void weighKeys(PositionSlice keys, boolean all);

  /**
   * Multiplies what has been accumulated by each row's {@link TileRows#factor}, and adds a tile's
   * weighted values. What a row does not see does not touch it, were it NaN.
   *
   * @param mask of the tile
   */
  void addValues(int tile, BlockMask mask);

  /** Leaves what has been accumulated in {@link TileRows#accumulators}. */
  void end();

  @Override
  void close();
}
