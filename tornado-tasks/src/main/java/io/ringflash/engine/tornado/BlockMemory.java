package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;

/** A K/V block in the storage type, and the table of its tiles. */
final class BlockMemory implements KeyValueBuffer {
  private final DeviceWorker worker;
  private final AttentionShape shape;
  private final DType dtype;
  private final FoldPlan plan;
  private final Allocations allocations;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final DeviceBuffer tiles;
  private List<PositionSlice> loaded = List.of();
  private int tileCount;

  /**
   * Room for any one of {@code candidates}.
   *
   * @param worker allocates and frees
   * @param plan of the shard that folds them in
   */
  BlockMemory(
      DeviceWorker worker,
      Allocations allocations,
      AttentionProblem problem,
      FoldPlan plan,
      List<KeyValueBlock> candidates) {
    this.worker = worker;
    this.shape = problem.shape();
    this.dtype = problem.dtype();
    this.plan = plan;
    this.allocations = allocations;
    long length = candidates.stream().mapToLong(KeyValueBlock::length).max().orElse(0);
    long elements = plan.lead() + length * shape.batch() * shape.kvHeads() * shape.headDim();
    this.keys = allocations.onDevice(elements, dtype.byteSize());
    this.values = allocations.onDevice(elements, dtype.byteSize());
    this.tiles = allocations.withHost(TileTable.size(mostTiles(candidates)), Integer.BYTES);
  }

  /** Tiles of the largest of some blocks. */
  static int mostTiles(List<KeyValueBlock> blocks) {
    return blocks.stream().mapToInt(block -> TileTable.tiles(block.positions())).max().orElse(0);
  }

  /**
   * Brings a block to the device.
   *
   * @param stamp differs from the stamps of earlier blocks
   * @param stream names the queue of the table
   */
  void load(KeyValueBlock block, int stamp, HostLink link, long stream) {
    if (block.byteSize() > 0) {
      link.upload(packed(block, KeyValuePart::k), keys, leadBytes());
      link.upload(packed(block, KeyValuePart::v), values, leadBytes());
    }
    loaded = block.positions();
    int[] table = TileTable.of(loaded, shape.kvHeads(), shape.headDim(), plan.padded(), stamp);
    MemorySegment.copy(table, 0, tiles.host(), ValueLayout.JAVA_INT, 0, table.length);
    tileCount = table[TileTable.TILES];
    tiles.upload((long) table.length * Integer.BYTES, stream);
  }

  /**
   * Brings tokens of a slice back.
   *
   * @param from first token, counted within the slice
   * @param k receives keys, {@code (batch, n, kvHeads, headDim)}
   * @param v like k
   */
  void read(int part, long from, Tensor k, Tensor v, HostLink link) {
    long before = loaded.subList(0, part).stream().mapToLong(PositionSlice::length).sum() + from;
    long tokens = loaded.stream().mapToLong(PositionSlice::length).sum();
    long tokenBytes = (long) shape.kvHeads() * shape.headDim() * dtype.byteSize();
    for (int batch = 0; batch < shape.batch(); batch++) {
      long at = leadBytes() + (batch * tokens + before) * tokenBytes;
      link.download(keys, at, new PackedTensor(List.of(k.slice(0, batch, 1, 1))));
      link.download(values, at, new PackedTensor(List.of(v.slice(0, batch, 1, 1))));
    }
  }

  DeviceBuffer keys() {
    return keys;
  }

  DeviceBuffer values() {
    return values;
  }

  DeviceBuffer tiles() {
    return tiles;
  }

  int tileCount() {
    return tileCount;
  }

  @Override
  public void close() {
    worker.run(allocations::close);
  }

  private static PackedTensor packed(KeyValueBlock block, Function<KeyValuePart, Tensor> which) {
    return new PackedTensor(block.parts().stream().map(which).toList());
  }

  private long leadBytes() {
    return (long) plan.lead() * dtype.byteSize();
  }
}
