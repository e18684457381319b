package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.BlockMask;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.ShardRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What one worker takes at a time: a tile of rows of one K/V head.
 *
 * @param head counts batch entries and K/V heads together
 * @param rows of the heads that share the K/V head
 * @param lastBlock index of the last of the shard's blocks that has keys for the rows, −1 for none
 */
record WorkItem(int head, RowTile rows, int lastBlock) {
  /**
   * With so many rows a thread, in full tiles, reading K and V less often counts for more than even
   * work.
   */
  private static final int ROWS_PER_THREAD = 16 * RowTile.ROWS;

  /** Of so many, the last rows of a thread are in smaller tiles. */
  private static final int LAST_ROWS_PER_THREAD = 2 * RowTile.ROWS;

  /** Parts that a tile of the last rows is cut into. */
  private static final int PARTS_OF_LAST = 4;

  /** The batch entry that the K/V head is of. */
  int batch(AttentionShape shape) {
    return head / shape.kvHeads();
  }

  /** The K/V head within its batch entry. */
  int kvHead(AttentionShape shape) {
    return head % shape.kvHeads();
  }

  /** The first of the heads that share the K/V head. */
  int firstHead(AttentionShape shape) {
    return kvHead(shape) * shape.groupSize();
  }

  /**
   * Cuts a shard's rows: big tiles read K and V less often, small ones share the work more evenly.
   * Where there are many, all are big but the last ones, with which threads come to an end.
   *
   * @param threads that will share the items
   * @param maxRows of a tile, {@link RowTile#ROWS} or a multiple that divides {@link
   *     #LAST_ROWS_PER_THREAD}
   * @return items in the order in which they should be begun
   */
  static List<WorkItem> cut(ShardRequest request, int threads, int maxRows) {
    List<WorkItem> big = cutEvenly(request, maxRows);
    if (big.size() < ROWS_PER_THREAD / maxRows * threads) {
      return cutEvenly(request, RowTile.ROWS / 2);
    }
    int last = big.size() - LAST_ROWS_PER_THREAD / maxRows * threads;
    List<WorkItem> items = new ArrayList<>(big.subList(0, last));
    for (WorkItem item : big.subList(last, big.size())) {
      for (RowTile rows : item.rows().split(maxRows / PARTS_OF_LAST)) {
        items.add(new WorkItem(item.head(), rows, lastBlock(request, rows)));
      }
    }
    return items;
  }

  private static List<WorkItem> cutEvenly(ShardRequest request, int maxRows) {
    AttentionShape shape = request.problem().shape();
    int heads = shape.batch() * shape.kvHeads();
    List<RowTile> tiles = RowTile.cut(request.queries(), shape.groupSize(), maxRows);
    int[] lastBlocks = new int[tiles.size()];
    for (int i = 0; i < lastBlocks.length; i++) {
      lastBlocks[i] = lastBlock(request, tiles.get(i));
    }
    List<WorkItem> items = new ArrayList<>(heads * tiles.size());
    for (int head = 0; head < heads; head++) {
      // The last rows of a causal slice see most keys: begin with them, end with small work.
      for (int i = tiles.size() - 1; i >= 0; i--) {
        items.add(new WorkItem(head, tiles.get(i), lastBlocks[i]));
      }
    }
    return items;
  }

  private static int lastBlock(ShardRequest request, RowTile rows) {
    int last = request.blocks().size() - 1;
    while (last >= 0 && !sees(request.problem(), rows, request.blocks().get(last))) {
      last--;
    }
    return last;
  }

  private static boolean sees(AttentionProblem problem, RowTile rows, KeyValueBlock block) {
    for (KeyValuePart part : block.parts()) {
      BlockMask mask =
          BlockMask.classify(
              rows.positions(), part.positions(), problem.mask(), problem.queryOffset());
      if (mask != BlockMask.EMPTY) {
        return true;
      }
    }
    return false;
  }
}
