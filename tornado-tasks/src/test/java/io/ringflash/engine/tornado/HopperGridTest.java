package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionShape;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HopperGridTest {
  private static final int BLOCKS = 132;

  /** 43 times 16 items would be five rounds, and a sixth of few. */
  @Test
  void fewAreLeftForTheLastRound() {
    HopperGrid grid = HopperGrid.of(16, 4, TileRange.ofFirst(128), 3, BLOCKS);
    assertThat(grid).isEqualTo(new HopperGrid(16, 4, 0, 5, 41));
  }

  @Test
  void wholesTakeAllWhereTheLastRoundIsFull() {
    HopperGrid grid = HopperGrid.of(16, 4, TileRange.ofFirst(64), 2, BLOCKS);
    assertThat(grid).isEqualTo(new HopperGrid(16, 4, 0, 0, 32));
  }

  @Test
  void tilesThatSeeNothingAreInNoItem() {
    HopperGrid grid = HopperGrid.of(BLOCKS, 4, new TileRange(10, 17), 3, BLOCKS);
    assertThat(grid).isEqualTo(new HopperGrid(BLOCKS, 4, 10, 1, 2));
    assertThat(grid.items()).isEqualTo(3 * BLOCKS);
  }

  @Test
  void aSmallProblemIsSpreadOverTheDevice() {
    HopperGrid grid = HopperGrid.of(6, 4, TileRange.ofFirst(16), 3, BLOCKS);
    assertThat(grid).isEqualTo(new HopperGrid(6, 4, 0, 16, 0));
  }

  @Test
  void keysOfTheHeadsAtOnceStayInTheCache() {
    AttentionShape own = new AttentionShape(1, 64, 64, 16, 16, 128);
    assertThat(HopperGrid.headsAtOnce(own, 128, 1024)).isEqualTo(4);
    assertThat(HopperGrid.headsAtOnce(own, 128, 16384)).isEqualTo(2);
    assertThat(HopperGrid.headsAtOnce(own, 128, 1 << 20)).isEqualTo(1);
    assertThat(HopperGrid.headsAtOnce(own, 128, 0)).isEqualTo(4);
    AttentionShape shared = new AttentionShape(1, 64, 64, 16, 4, 64);
    assertThat(HopperGrid.headsAtOnce(shared, 64, 1 << 20)).isEqualTo(4);
    assertThat(HopperGrid.headsAtOnce(shared, 64, 1024)).isEqualTo(8);
  }

  @Test
  void everyTileIsInOneItem() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      int first = random.nextInt(50);
      TileRange tiles = new TileRange(first, first + random.nextInt(2000));
      int warpGroups = 2 + random.nextInt(2);
      HopperGrid grid = HopperGrid.of(1 + random.nextInt(200), 4, tiles, warpGroups, BLOCKS);
      assertThat(grid.firstTile()).isEqualTo(first);
      assertThat(grid.singles()).isNotNegative();
      assertThat(grid.singles() + warpGroups * grid.wholes()).isEqualTo(tiles.count());
    }
  }
}
