package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** What stays on the device for as long as a shard: queries, their state, and the tables. */
final class ShardMemory implements AutoCloseable {
  /**
   * A row's sum is kept in the parts that threads add to, a tile's rows side by side: added up
   * after every block, it would depend on where blocks end.
   */
  static final int PARTIAL_SUMS = 8;

  private final Allocations allocations;
  private final int tiles;
  private final DeviceBuffer queries;
  private final DeviceBuffer accumulators;
  private final DeviceBuffer maxima;
  private final DeviceBuffer sums;
  private final DeviceBuffer ignored;
  private final DeviceBuffer shape;
  private final DeviceBuffer scalars;
  private final DeviceBuffer queryTiles;
  private final DeviceBuffer scratch;

  /**
   * @param kernel that folds
   * @param stream names the queue of the small uploads
   */
  ShardMemory(
      TornadoXPUDevice device,
      AttentionProblem problem,
      List<PositionSlice> slices,
      FoldForm.Kernel kernel,
      long stream) {
    AttentionShape form = problem.shape();
    int padded = kernel.padded(form.headDim());
    this.tiles = TileTable.tiles(slices);
    long rowHeads = (long) form.batch() * form.heads();
    long rows = rowHeads * tiles * TileTable.TOKENS;
    this.allocations = new Allocations(device);
    try {
      queries = allocations.onDevice(rows * padded, Float.BYTES);
      accumulators = allocations.onDevice(rows * padded, Float.BYTES);
      maxima = allocations.onDevice(rows, Float.BYTES);
      sums = allocations.onDevice(rows * PARTIAL_SUMS, Float.BYTES);
      ignored = allocations.onDevice(rowHeads * tiles, Integer.BYTES);
      shape = allocations.upload(KernelShape.ints(problem), stream);
      scalars = allocations.upload(KernelShape.floats(problem), stream);
      queryTiles =
          allocations.upload(TileTable.of(slices, form.heads(), form.headDim(), padded, 0), stream);
      scratch = allocations.onDevice(rowHeads * tiles * kernel.scratch(), Float.BYTES);
    } catch (RuntimeException e) {
      allocations.close();
      throw e;
    }
  }

  int tiles() {
    return tiles;
  }

  DeviceBuffer queries() {
    return queries;
  }

  DeviceBuffer accumulators() {
    return accumulators;
  }

  DeviceBuffer maxima() {
    return maxima;
  }

  DeviceBuffer sums() {
    return sums;
  }

  /** Takes marks that no one reads. */
  DeviceBuffer ignored() {
    return ignored;
  }

  DeviceBuffer shape() {
    return shape;
  }

  DeviceBuffer scalars() {
    return scalars;
  }

  DeviceBuffer queryTiles() {
    return queryTiles;
  }

  /** What the kernel's groups work in. */
  DeviceBuffer scratch() {
    return scratch;
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
