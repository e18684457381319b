package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** A block in FP32, for the kernels that TornadoVM compiles. */
final class UnpackedScratch extends BlockScratch {
  private static final int NON_FINITE = 0;
  private static final int IGNORED = 1;

  /**
   * Room for blocks of at most {@code tiles} tiles.
   *
   * @param padded head dimension with padding
   */
  UnpackedScratch(TornadoXPUDevice device, AttentionShape shape, int padded, int tiles) {
    this(device, (long) shape.batch() * shape.kvHeads() * tiles, padded, tiles);
  }

  private UnpackedScratch(TornadoXPUDevice device, long headTiles, int padded, int tiles) {
    super(device, tiles, headTiles * TileTable.TOKENS * padded, headTiles, headTiles);
  }

  /** Stamps of the blocks in which a tile of V last held a NaN or infinity. */
  DeviceBuffer nonFinite() {
    return marks(NON_FINITE);
  }

  /** The same of K, which no one reads. */
  DeviceBuffer ignored() {
    return marks(IGNORED);
  }
}
