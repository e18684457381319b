package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockTablesTest {
  private static final int TILE = TileTable.TOKENS;

  private final Arena arena = Arena.ofAuto();

  @Test
  void withoutMaskAllTilesEndWithTheLastBlock() {
    assertThat(lastBlocks(AttentionMask.NONE, 0, 2, block(0, 2), block(2, 2)))
        .containsExactly(1, 1);
  }

  /**
   * Of a ring of two, each with two tiles: the first one's keys are all hidden from the last tile.
   */
  @Test
  void aWindowsTilesEndWhereNoLaterBlockHasKeysForThem() {
    AttentionMask window = new AttentionMask(false, TILE, 0);
    assertThat(lastBlocks(window, 2, 2, block(2, 2), block(0, 2))).containsExactly(1, 0);
  }

  /** The first block's fold begins the state of all tiles, also of those that see none of it. */
  @Test
  void tilesThatSeeNothingEndWithTheFirstBlock() {
    assertThat(lastBlocks(AttentionMask.CAUSAL, 0, 3, block(1, 1), block(2, 1)))
        .containsExactly(0, 0, 1);
  }

  @Test
  void aBlockThatNobodySeesEndsNothing() {
    assertThat(lastBlocks(AttentionMask.CAUSAL, 1, 1, block(3, 1), block(0, 1), block(2, 1)))
        .containsExactly(1);
    assertThat(lastBlocks(AttentionMask.CAUSAL, 0, 2, block(3, 1)))
        .containsExactly(BlockTables.NONE, BlockTables.NONE);
    assertThat(lastBlocks(AttentionMask.NONE, 0, 1)).containsExactly(BlockTables.NONE);
  }

  /**
   * What measures a step folds the same block again and again, and says that it will come again.
   */
  @Test
  void aBlockThatComesTwiceEndsNothingTheFirstTime() {
    KeyValueBlock block = block(0, 1);
    BlockTables tables = tables(AttentionMask.NONE, 0, 1, block, block);
    assertThat(tables.of(block).index()).isZero();
    assertThat(tables.lastBlocks(1)).containsExactly(1);
  }

  @Test
  void knowsNoOtherBlocks() {
    BlockTables tables = tables(AttentionMask.NONE, 0, 1, block(0, 1));
    assertThatThrownBy(() -> tables.of(block(1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not one of the shard's blocks");
  }

  private int[] lastBlocks(AttentionMask mask, int firstTile, int tiles, KeyValueBlock... blocks) {
    return tables(mask, firstTile, tiles, blocks).lastBlocks(tiles);
  }

  /** Of queries from tile {@code firstTile} of the sequence on. */
  private BlockTables tables(
      AttentionMask mask, int firstTile, int tiles, KeyValueBlock... blocks) {
    AttentionShape shape = new AttentionShape(1, 4 * TILE, 4 * TILE, 1, 1, 8);
    AttentionProblem problem =
        new AttentionProblem(shape, DType.FP16, mask, 1, 0, Alibi.NONE, Dropout.NONE);
    PositionSlice positions =
        PositionSlice.contiguous((long) firstTile * TILE, (long) tiles * TILE);
    Tensor rows = Tensor.allocate(arena, DType.FP16, 1, positions.length(), 1, 8);
    Tensor lse = Tensor.allocate(arena, DType.FP32, 1, 1, positions.length());
    List<QueryPart> queries = List.of(new QueryPart(positions, rows, rows, lse));
    return new BlockTables(
        new ShardTensors(
            new ShardRequest(
                problem, queries, List.of(blocks), AttnType.AUTO, null, false, () -> false)),
        64);
  }

  private KeyValueBlock block(int firstTile, int tiles) {
    PositionSlice positions =
        PositionSlice.contiguous((long) firstTile * TILE, (long) tiles * TILE);
    Tensor rows = Tensor.allocate(arena, DType.FP16, 1, positions.length(), 1, 8);
    return new KeyValueBlock(List.of(new KeyValuePart(positions, rows, rows)));
  }
}
