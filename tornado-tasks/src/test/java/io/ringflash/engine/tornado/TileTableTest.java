package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.PositionSlice;
import java.util.List;
import org.junit.jupiter.api.Test;

class TileTableTest {
  private static final List<PositionSlice> SLICES =
      List.of(PositionSlice.contiguous(0, 100), PositionSlice.contiguous(1000, 130));

  @Test
  void aTileLiesInOneSlice() {
    int[] table = TileTable.of(SLICES, 3, 40, 64, 7);
    assertThat(table[TileTable.TILES]).isEqualTo(5);
    assertThat(table[TileTable.LENGTH]).isEqualTo(230);
    assertThat(column(table, TileTable.START)).containsExactly(0, 64, 1000, 1064, 1128);
    assertThat(column(table, TileTable.COUNT)).containsExactly(64, 36, 64, 64, 2);
    assertThat(column(table, TileTable.SOURCE)).containsExactly(0, 64, 100, 164, 228);
  }

  /** The tokens of tiles that are left out keep their places. */
  @Test
  void unwantedTilesAreLeftOut() {
    int[] table = TileTable.of(SLICES, tile -> tile.lastIndex() >= 1100, 3, 40, 64, 7);
    assertThat(table[TileTable.TILES]).isEqualTo(2);
    assertThat(table[TileTable.LENGTH]).isEqualTo(230);
    assertThat(column(table, TileTable.START)).containsExactly(1064, 1128);
    assertThat(column(table, TileTable.SOURCE)).containsExactly(164, 228);
    assertThat(table).hasSize(TileTable.size(2));
  }

  private static int[] column(int[] table, int field) {
    int[] column = new int[table[TileTable.TILES]];
    for (int tile = 0; tile < column.length; tile++) {
      column[tile] = table[TileTable.HEADER + tile * TileTable.ENTRY + field];
    }
    return column;
  }
}
