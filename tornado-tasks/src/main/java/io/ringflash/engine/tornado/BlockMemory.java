package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A K/V block in the storage type, and the table of its tiles. */
final class BlockMemory implements KeyValueBuffer {
  private final DeviceWorker worker;
  private final AttentionShape shape;
  private final DType dtype;
  private final int padded;
  private final Allocations allocations;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final DeviceBuffer tiles;
  private int tileCount;

  /**
   * Room for any one of {@code candidates}.
   *
   * @param worker allocates and frees
   */
  BlockMemory(
      DeviceWorker worker,
      Allocations allocations,
      AttentionShape shape,
      DType dtype,
      int padded,
      List<KeyValueBlock> candidates) {
    this.worker = worker;
    this.shape = shape;
    this.dtype = dtype;
    this.padded = padded;
    this.allocations = allocations;
    long length = candidates.stream().mapToLong(KeyValueBlock::length).max().orElse(0);
    long elements = length * shape.batch() * shape.kvHeads() * shape.headDim();
    this.keys = allocations.withHost(elements, dtype.byteSize());
    this.values = allocations.withHost(elements, dtype.byteSize());
    this.tiles = allocations.withHost(TileTable.size(mostTiles(candidates)), Integer.BYTES);
  }

  /** Tiles of the largest of some blocks. */
  static int mostTiles(List<KeyValueBlock> blocks) {
    return blocks.stream().mapToInt(block -> TileTable.tiles(block.positions())).max().orElse(0);
  }

  /**
   * Copies a block to the host side of this memory.
   *
   * @param stamp differs from the stamps of earlier blocks
   */
  void stage(KeyValueBlock block, int stamp) {
    List<Tensor> k = new ArrayList<>();
    List<Tensor> v = new ArrayList<>();
    for (KeyValuePart part : block.parts()) {
      k.add(part.k());
      v.add(part.v());
    }
    Staging.gather(k, keys.host(), dtype);
    Staging.gather(v, values.host(), dtype);
    int[] table = TileTable.of(block.positions(), shape.kvHeads(), shape.headDim(), padded, stamp);
    MemorySegment.copy(table, 0, tiles.host(), ValueLayout.JAVA_INT, 0, table.length);
    tileCount = table[TileTable.TILES];
  }

  /** Brings the staged block to the device. */
  void upload(KeyValueBlock block, long stream) {
    long bytes = block.byteSize() / 2;
    keys.upload(bytes, stream);
    values.upload(bytes, stream);
    tiles.upload((long) TileTable.size(tileCount) * Integer.BYTES, stream);
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
}
