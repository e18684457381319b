package io.ringflash.engine.tornado;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of all blocks that a shard folds in. They are made before the first block travels:
 * later there would be no time.
 */
final class BlockTables {
  /** No block's index. */
  static final int NONE = -1;

  private final List<BlockTable> inOrder = new ArrayList<>();
  private final Map<List<PositionSlice>, BlockTable> tables = new HashMap<>();

  /**
   * @param padded head dimension with padding
   */
  BlockTables(ShardTensors shard, int padded) {
    List<PositionSlice> queryTiles = TileTable.split(shard.slices());
    boolean begun = false;
    for (KeyValueBlock block : shard.request().blocks()) {
      List<PositionSlice> positions = block.positions();
      BlockTable table = tables.get(positions);
      if (table == null) {
        table = BlockTable.of(shard, queryTiles, padded, positions, inOrder.size());
        if (!begun) {
          table = table.foldedInto(TileRange.ofFirst(queryTiles.size()));
        }
        tables.put(positions, table);
      }
      begun |= table.tiles() > 0;
      inOrder.add(table);
    }
  }

  /** The table of one of the shard's blocks. */
  BlockTable of(KeyValueBlock block) {
    BlockTable table = tables.get(block.positions());
    if (table == null) {
      throw new IllegalArgumentException("not one of the shard's blocks");
    }
    return table;
  }

  /**
   * For each query tile the index of the last block that is folded into it; {@link #NONE} if no
   * block is folded into any.
   */
  int[] lastBlocks(int queryTiles) {
    int[] last = new int[queryTiles];
    Arrays.fill(last, NONE);
    for (int index = 0; index < inOrder.size(); index++) {
      BlockTable table = inOrder.get(index);
      if (table.tiles() > 0) {
        Arrays.fill(last, table.queries().first(), table.queries().end(), index);
      }
    }
    return last;
  }
}
