package io.ringflash.engine.tornado;

/**
 * What the blocks of Hopper's fold kernel take one by one, as long as there are any: items of as
 * many query tiles as a block has warp groups, then items of one.
 *
 * @param rowHeads batch entries times query heads
 * @param firstTile query tiles before it are in no item
 * @param singles items of one tile, of each head, from there on
 * @param wholes items of as many tiles as a block has warp groups, of each head, after those
 */
record HopperGrid(int rowHeads, int firstTile, int singles, int wholes) {
  /** An item of one tile takes 0.59 (head dimension 64) to 0.69 (128) times as long as a whole. */
  private static final double SINGLE = 0.65;

  /**
   * Shares tiles out so that the device's blocks, if all wholes take as long, end soonest: a last
   * round of wholes for a few of them may take longer than rounds of singles for many.
   *
   * @param tiles query tiles that have keys to see
   * @param warpGroups tiles of a whole
   * @param blocks that the device runs at once
   */
  static HopperGrid of(int rowHeads, TileRange tiles, int warpGroups, int blocks) {
    int most = tiles.count() / warpGroups;
    int inFullRounds = Math.toIntExact((long) rowHeads * most / blocks * blocks / rowHeads);
    HopperGrid plain = withWholes(most, rowHeads, tiles, warpGroups);
    HopperGrid even = withWholes(inFullRounds, rowHeads, tiles, warpGroups);
    return even.rounds(blocks) < plain.rounds(blocks) ? even : plain;
  }

  private static HopperGrid withWholes(int wholes, int rowHeads, TileRange tiles, int warpGroups) {
    int singles = tiles.count() - wholes * warpGroups;
    return new HopperGrid(rowHeads, tiles.first(), singles, wholes);
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
