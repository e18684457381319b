package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The FP32 block that is being folded in, as tensor cores read it: every number as two of 16 bits,
 * which share a power of two with the others of their tile. One is enough: blocks wait in the
 * storage type.
 */
final class SplitScratch implements AutoCloseable {
  /** Numbers left out at the beginning: with the arrays' header they are 128 bytes. */
  private static final int LEAD = 28;

  private static final int FACTORS = 2;

  private final Allocations allocations;
  private final int tiles;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final DeviceBuffer factors;

  /**
   * Room for blocks of at most {@code tiles} tiles.
   *
   * @param width head dimension with padding
   */
  SplitScratch(TornadoXPUDevice device, AttentionShape shape, int width, int tiles) {
    this.tiles = tiles;
    this.allocations = new Allocations(device);
    long headTiles = (long) shape.batch() * shape.kvHeads() * tiles;
    long numbers = LEAD + headTiles * TileTable.TOKENS * width;
    try {
      keys = allocations.onDevice(numbers, Float.BYTES);
      values = allocations.onDevice(numbers, Float.BYTES);
      factors = allocations.onDevice(headTiles * FACTORS, Float.BYTES);
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

  /** What multiplies a tile's keys and its values back. */
  DeviceBuffer factors() {
    return factors;
  }

  @Override
  public void close() {
    allocations.close();
  }
}
