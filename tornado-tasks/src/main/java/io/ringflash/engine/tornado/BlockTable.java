package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A K/V block's tiles that some query of a shard sees; the kernels need not look at others.
 *
 * @param positions of the block's keys
 * @param ints as {@link TileTable} lays them out, without a stamp
 * @param queries tiles that the block is folded into: from the first to the last that sees some of
 *     it, or, if it is the first block, all of them, whose state begins with it
 * @param index of the block among those that the shard folds in
 */
record BlockTable(List<PositionSlice> positions, int[] ints, TileRange queries, int index) {
  static final BlockTable EMPTY =
      new BlockTable(List.of(), new int[TileTable.HEADER], TileRange.ofFirst(0), BlockTables.NONE);

  /**
   * The table of a block that a shard folds in.
   *
   * @param queryTiles of the shard
   * @param padded head dimension with padding
   */
  static BlockTable of(
      ShardTensors shard,
      List<PositionSlice> queryTiles,
      int padded,
      List<PositionSlice> positions,
      int index) {
    AttentionProblem problem = shard.problem();
    int[] ints =
        TileTable.of(
            positions,
            tile -> sees(problem, shard.slices(), List.of(tile)),
            problem.shape().kvHeads(),
            problem.shape().headDim(),
            padded,
            0);
    TileRange seenBy =
        TileRange.spanning(queryTiles, tile -> sees(problem, List.of(tile), positions));
    return new BlockTable(positions, ints, seenBy, index);
  }

  /** The same for a fold into some query tiles. */
  BlockTable foldedInto(TileRange tiles) {
    return new BlockTable(positions, ints, tiles, index);
  }

  /** Tiles in the table. */
  int tiles() {
    return ints[TileTable.TILES];
  }

  /** Tokens of the block, also of tiles that are not in the table. */
  long tokens() {
    return ints[TileTable.LENGTH];
  }

  /**
   * Writes the table.
   *
   * @param stamp differs from the stamps of tables that the kernels were given before
   * @return bytes written
   */
  long write(int stamp, MemorySegment target) {
    MemorySegment.copy(ints, 0, target, ValueLayout.JAVA_INT, 0, ints.length);
    target.setAtIndex(ValueLayout.JAVA_INT, TileTable.STAMP, stamp);
    return (long) ints.length * Integer.BYTES;
  }

  private static boolean sees(
      AttentionProblem problem, List<PositionSlice> queries, List<PositionSlice> keys) {
    return BlockMask.classify(queries, keys, problem.mask(), problem.queryOffset())
        != BlockMask.EMPTY;
  }
}
