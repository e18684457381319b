package io.ringflash.engine.tornado;

import java.util.List;
import java.util.function.Function;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The block that is being folded in, as a kernel reads it, with marks for its tiles. One is enough:
 * blocks wait in the storage type.
 */
abstract class BlockScratch implements AutoCloseable {
  private final Allocations allocations;
  private final int tiles;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final List<DeviceBuffer> marks;

  /**
   * Room for blocks of at most {@code tiles} tiles.
   *
   * @param numbers of 4 bytes that hold the keys, and as many the values
   * @param newMarks allocates memory for each kind of mark
   */
  BlockScratch(
      TornadoXPUDevice device,
      int tiles,
      long numbers,
      Function<Allocations, List<DeviceBuffer>> newMarks) {
    this.tiles = tiles;
    this.allocations = new Allocations(device);
    try {
      keys = allocations.onDevice(numbers, Float.BYTES);
      values = allocations.onDevice(numbers, Float.BYTES);
      marks = newMarks.apply(allocations);
    } catch (RuntimeException e) {
      allocations.close();
      throw e;
    }
  }

  final int tiles() {
    return tiles;
  }

  final DeviceBuffer keys() {
    return keys;
  }

  final DeviceBuffer values() {
    return values;
  }

  /** Marks of one kind. */
  final DeviceBuffer marks(int kind) {
    return marks.get(kind);
  }

  /** Bytes on the device. */
  final long byteSize() {
    return allocations.byteSize();
  }

  @Override
  public final void close() {
    allocations.close();
  }
}
