package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** A block in FP32, for the kernels that TornadoVM compiles. */
final class UnpackedScratch extends BlockScratch {
  private static final int NON_FINITE = 0;
  private static final int IGNORED = 1;

  /**
   * Room for blocks of at most {@code tiles} tiles.
   *
   * @param padded head dimension with padding
   * @param stream names the queue that clears the stamps
   */
  UnpackedScratch(
      TornadoXPUDevice device, AttentionShape shape, int padded, int tiles, long stream) {
    this(device, (long) shape.batch() * shape.kvHeads() * tiles, padded, tiles, stream);
  }

  private UnpackedScratch(
      TornadoXPUDevice device, long headTiles, int padded, int tiles, long stream) {
    super(
        device,
        tiles,
        headTiles * TileTable.TOKENS * padded,
        // No stamp is 0. What another shard left there may look like one.
        allocations ->
            List.of(
                allocations.upload(new int[Math.toIntExact(headTiles)], stream),
                allocations.onDevice(headTiles, Integer.BYTES)));
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
