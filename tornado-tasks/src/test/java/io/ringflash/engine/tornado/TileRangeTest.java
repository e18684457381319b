package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.PositionSlice;
import java.util.List;
import org.junit.jupiter.api.Test;

class TileRangeTest {
  private static final List<PositionSlice> TILES =
      TileTable.split(List.of(PositionSlice.contiguous(0, 300)));

  @Test
  void spansWhatIsWanted() {
    assertThat(TileRange.spanning(TILES, tile -> tile.contains(70) || tile.contains(200)))
        .isEqualTo(new TileRange(1, 4));
    assertThat(TileRange.spanning(TILES, tile -> true)).isEqualTo(TileRange.ofFirst(5));
    assertThat(TileRange.spanning(TILES, tile -> false).count()).isZero();
  }
}
