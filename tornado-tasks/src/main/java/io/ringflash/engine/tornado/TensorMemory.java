package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** What stays on the device for as long as a shard that tensor cores compute. */
final class TensorMemory implements AutoCloseable {
  /** A row's sum is kept in parts, so that blocks may end anywhere between tiles. */
  static final int PARTIAL_SUMS = 4;

  private final Allocations allocations;
  private final AttentionProblem problem;
  private final long queryTokens;
  private final long rowHeads;
  private final int tiles;
  private final DeviceBuffer queries;
  private final DeviceBuffer accumulators;
  private final DeviceBuffer maxima;
  private final DeviceBuffer sums;
  private final DeviceBuffer queryTiles;
  private final DeviceBuffer noKeys;
  private final DeviceBuffer firstShape;
  private final DeviceBuffer laterShape;
  private final DeviceBuffer scalars;
  private final DeviceBuffer lse;
  private final DeviceBuffer lastBlocks;

  /**
   * @param width head dimension with padding
   * @param queryElements of all query parts
   * @param lastBlocks see {@link BlockTables#lastBlocks}
   * @param stream names the queue of the small uploads
   */
  TensorMemory(
      TornadoXPUDevice device,
      AttentionProblem problem,
      List<PositionSlice> slices,
      int width,
      long queryElements,
      int[] lastBlocks,
      long stream) {
    AttentionShape form = problem.shape();
    this.problem = problem;
    this.queryTokens = slices.stream().mapToLong(PositionSlice::length).sum();
    this.tiles = TileTable.tiles(slices);
    this.rowHeads = (long) form.batch() * form.heads();
    long rows = rowHeads * tiles * TileTable.TOKENS;
    this.allocations = new Allocations(device);
    try {
      queries = allocations.onDevice(TensorShape.LEAD + queryElements, problem.dtype().byteSize());
      accumulators = allocations.onDevice(rows * width, Float.BYTES);
      maxima = allocations.onDevice(rows, Float.BYTES);
      sums = allocations.onDevice(rows * PARTIAL_SUMS, Float.BYTES);
      int headDim = form.headDim();
      queryTiles =
          allocations.upload(TileTable.of(slices, form.heads(), headDim, width, 0), stream);
      noKeys =
          allocations.upload(TileTable.of(List.of(), form.kvHeads(), headDim, width, 0), stream);
      firstShape = allocations.upload(TensorShape.ints(problem, true), stream);
      laterShape = allocations.upload(TensorShape.ints(problem, false), stream);
      scalars = allocations.upload(KernelShape.floats(problem), stream);
      lse = allocations.withHost(rowHeads * queryTokens, Float.BYTES);
      this.lastBlocks = allocations.upload(lastBlocks, stream);
    } catch (RuntimeException e) {
      allocations.close();
      throw e;
    }
  }

  /** What the shard is a share of. */
  AttentionProblem problem() {
    return problem;
  }

  /** Tokens of the shard's queries. */
  long queryTokens() {
    return queryTokens;
  }

  /** Batch entries times query heads. */
  long rowHeads() {
    return rowHeads;
  }

  int tiles() {
    return tiles;
  }

  /** Queries in the storage type; in the end, out. */
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

  DeviceBuffer queryTiles() {
    return queryTiles;
  }

  /** The table of a block without keys. */
  DeviceBuffer noKeys() {
    return noKeys;
  }

  DeviceBuffer shape(boolean first) {
    return first ? firstShape : laterShape;
  }

  DeviceBuffer scalars() {
    return scalars;
  }

  /** Of all rows, in the end: {@code (batch, head, token)}. */
  DeviceBuffer lse() {
    return lse;
  }

  /** See {@link BlockTables#lastBlocks}. */
  DeviceBuffer lastBlocks() {
    return lastBlocks;
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
