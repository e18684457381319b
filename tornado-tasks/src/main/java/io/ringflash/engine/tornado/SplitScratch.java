package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * An FP32 block as tensor cores read it: every number as two of 16 bits, which share a power of two
 * with the others of their tile.
 */
final class SplitScratch extends BlockScratch {
  /** Numbers left out at the beginning: with the arrays' header they are 128 bytes. */
  private static final int LEAD = 28;

  /** Of a tile: one for its keys, one for its values. */
  private static final int FACTORS = 2;

  /**
   * Room for blocks of at most {@code tiles} tiles.
   *
   * @param width head dimension with padding
   */
  SplitScratch(TornadoXPUDevice device, AttentionShape shape, int width, int tiles) {
    this(device, (long) shape.batch() * shape.kvHeads() * tiles, width, tiles);
  }

  private SplitScratch(TornadoXPUDevice device, long headTiles, int width, int tiles) {
    super(
        device,
        tiles,
        LEAD + headTiles * TileTable.TOKENS * width,
        allocations -> List.of(allocations.onDevice(headTiles * FACTORS, Float.BYTES)));
  }

  /** What multiplies a tile's keys and its values back. */
  DeviceBuffer factors() {
    return marks(0);
  }
}
