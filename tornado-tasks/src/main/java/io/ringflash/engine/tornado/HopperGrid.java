package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;

/**
 * What the blocks of Hopper's fold kernel take one by one, as long as there are any: items of as
 * many query tiles as a block has warp groups, then items of one.
 *
 * @param rowHeads batch entries times query heads
 * @param atOnce of these, as many as are gone through side by side
 * @param firstTile query tiles before it are in no item
 * @param singles items of one tile, of each head, from there on
 * @param wholes items of as many tiles as a block has warp groups, of each head, after those
 */
record HopperGrid(int rowHeads, int atOnce, int firstTile, int singles, int wholes) {
  static final int INTS = 5;

  /** An item of one tile takes 0.59 (head dimension 64) to 0.69 (128) times as long as a whole. */
  private static final double SINGLE = 0.65;

  /** Of keys and values that all blocks read at about the same time; the cache has 50 MB. */
  private static final long CACHED_BYTES = 16 << 20;

  /** More heads than have so many columns do not make the cache more useful. */
  private static final int MOST_COLUMNS = 512;

  /**
   * Heads whose keys stay in the device's cache while they are gone through.
   *
   * @param width head dimension with padding
   * @param tokens of a K/V block
   */
  static int headsAtOnce(AttentionShape shape, int width, long tokens) {
    long bytes = Math.max(1, 2 * tokens * width * Short.BYTES);
    long cached = Math.max(1, CACHED_BYTES / bytes) * shape.heads() / shape.kvHeads();
    return (int) Math.min(cached, MOST_COLUMNS / width);
  }

  /**
   * Shares tiles out so that the device's blocks, if all wholes take as long, end soonest: a last
   * round of wholes for a few of them may take longer than rounds of singles for many.
   *
   * @param tiles query tiles that have keys to see
   * @param warpGroups tiles of a whole
   * @param blocks that the device runs at once
   */
  static HopperGrid of(int rowHeads, int atOnce, TileRange tiles, int warpGroups, int blocks) {
    int most = tiles.count() / warpGroups;
    int inFullRounds = Math.toIntExact((long) rowHeads * most / blocks * blocks / rowHeads);
    HopperGrid plain =
        new HopperGrid(rowHeads, atOnce, tiles.first(), tiles.count() - most * warpGroups, most);
    HopperGrid even = plain.withWholes(inFullRounds, warpGroups);
    return even.rounds(blocks) < plain.rounds(blocks) ? even : plain;
  }

  private HopperGrid withWholes(int fewer, int warpGroups) {
    int more = singles + (wholes - fewer) * warpGroups;
    return new HopperGrid(rowHeads, atOnce, firstTile, more, fewer);
  }

  /** As the kernel takes it: Grid in parameters.cuh. */
  int[] ints() {
    return new int[] {rowHeads, atOnce, firstTile, singles, wholes};
  }

  int items() {
    return Math.multiplyExact(rowHeads, Math.addExact(singles, wholes));
  }

  /** How long it takes, in the time of a whole. Singles begin where the last round has room. */
  private double rounds(int blocks) {
    long rounds = Math.ceilDiv((long) rowHeads * wholes, blocks);
    long room = rounds * blocks - (long) rowHeads * wholes;
    long left = Math.max(0, (long) rowHeads * singles - room);
    return rounds + SINGLE * Math.ceilDiv(left, blocks);
  }
}
