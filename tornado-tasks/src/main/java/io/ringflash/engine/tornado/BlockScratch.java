package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The block that is being folded in, as the kernel reads it. One is enough: blocks wait in the
 * storage type.
 */
final class BlockScratch implements AutoCloseable {
  private final Allocations allocations;
  private final int tiles;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final DeviceBuffer nonFinite;
  private final DeviceBuffer ignored;

  /** Room for blocks of at most {@code tiles} tiles. */
  BlockScratch(TornadoXPUDevice device, AttentionShape shape, int padded, int tiles) {
    this.tiles = tiles;
    this.allocations = new Allocations(device);
    long heads = (long) shape.batch() * shape.kvHeads();
    try {
      keys = allocations.onDevice(heads * tiles * TileTable.TOKENS * padded, Float.BYTES);
      values = allocations.onDevice(heads * tiles * TileTable.TOKENS * padded, Float.BYTES);
      nonFinite = allocations.onDevice(heads * tiles, Integer.BYTES);
      ignored = allocations.onDevice(heads * tiles, Integer.BYTES);
    } catch (RuntimeException e) {
      allocations.close();
      throw e;
    }
  }

  int tiles() {
    return tiles;
  }

  DeviceBuffer keys() {
    return keys;
  }

  DeviceBuffer values() {
    return values;
  }

  /** Stamps of the blocks in which a tile of V last held a NaN or infinity. */
  DeviceBuffer nonFinite() {
    return nonFinite;
  }

  /** The same of K, which no one reads. */
  DeviceBuffer ignored() {
    return ignored;
  }

  /** Bytes on the device. */
  long byteSize() {
    return allocations.byteSize();
  }

  @Override
  public void close() {
    allocations.close();
  }
}
