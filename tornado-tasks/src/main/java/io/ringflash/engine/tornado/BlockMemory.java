package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** A K/V block in the storage type, and the table of its tiles. */
final class BlockMemory implements KeyValueBuffer {
  private final TornadoAttentionDevice device;
  private final AttentionShape shape;
  private final DType dtype;
  private final FoldPlan plan;
  private final Allocations allocations;
  private final LongConsumer freed;
  private final DeviceBuffer keys;
  private final DeviceBuffer values;
  private final DeviceBuffer tiles;
  private final BlockTables tables;
  private BlockTable loaded = BlockTable.EMPTY;
  private long tableBytes;

  /**
   * Room for any one of {@code candidates}.
   *
   * @param problem of the shard that folds them in
   * @param plan of the shard
   * @param tables of the shard's blocks
   * @param freed is told the size of this when it is closed
   */
  BlockMemory(
      TornadoAttentionDevice device,
      Allocations allocations,
      AttentionProblem problem,
      FoldPlan plan,
      BlockTables tables,
      List<KeyValueBlock> candidates,
      LongConsumer freed) {
    this.device = device;
    this.shape = problem.shape();
    this.dtype = problem.dtype();
    this.plan = plan;
    this.tables = tables;
    this.allocations = allocations;
    this.freed = freed;
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

  /** One of {@link HostLink}'s ways to the device. */
  interface Upload {
    void run(PackedTensor source, DeviceBuffer target, long at);
  }

  /**
   * A block is about to come.
   *
   * @param stamp differs from the stamps of earlier blocks
   */
  void expect(KeyValueBlock block, int stamp) {
    loaded = tables.of(block);
    tableBytes = loaded.write(stamp, tiles.host());
  }

  /**
   * Brings the block that is expected to the device.
   *
   * @param upload from the host
   * @param stream names the queue of the table
   */
  void load(KeyValueBlock block, Upload upload, long stream) {
    if (block.byteSize() > 0) {
      upload.run(packed(block, KeyValuePart::k), keys, leadBytes());
      upload.run(packed(block, KeyValuePart::v), values, leadBytes());
    }
    tiles.upload(tableBytes, stream);
  }

  /**
   * Starts to bring the block that is expected from another device.
   *
   * @param source holds {@code block}, perhaps among other tokens
   * @param link from the other device to this one
   */
  void copy(BlockMemory source, KeyValueBlock block, PeerLink link) {
    List<PositionSlice> there = source.loaded.positions();
    long tokenBytes = tokenBytes();
    for (TokenRun run : TokenRun.between(there, block.positions(), shape.batch())) {
      long from = source.leadBytes() + run.from() * tokenBytes;
      long to = leadBytes() + run.to() * tokenBytes;
      link.copy(source.keys, from, keys, to, run.count() * tokenBytes);
      link.copy(source.values, from, values, to, run.count() * tokenBytes);
    }
    link.upload(tiles, tableBytes);
  }

  /** Where the block is. */
  TornadoAttentionDevice device() {
    return device;
  }

  /**
   * Brings tokens of a slice back.
   *
   * @param from first token, counted within the slice
   * @param k receives keys, {@code (batch, n, kvHeads, headDim)}
   * @param v like k
   */
  void read(int part, long from, Tensor k, Tensor v, HostLink link) {
    long before =
        loaded.positions().subList(0, part).stream().mapToLong(PositionSlice::length).sum() + from;
    long tokens = tokens();
    long tokenBytes = tokenBytes();
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
    return loaded.tiles();
  }

  /** Index of the block that is loaded, among those that the shard folds in. */
  int index() {
    return loaded.index();
  }

  /** Query tiles that the block is folded into. */
  TileRange queries() {
    return loaded.queries();
  }

  /** Tokens of the block that is loaded, also of tiles that are not in the table. */
  long tokens() {
    return loaded.tokens();
  }

  /** Bytes on the device. */
  long byteSize() {
    return allocations.byteSize();
  }

  @Override
  public void close() {
    freed.accept(byteSize());
    device.worker().run(allocations::close);
  }

  private static PackedTensor packed(KeyValueBlock block, Function<KeyValuePart, Tensor> which) {
    return new PackedTensor(block.parts().stream().map(which).toList());
  }

  /** Bytes of a token's keys, or values, of all heads. */
  private long tokenBytes() {
    return (long) shape.kvHeads() * shape.headDim() * dtype.byteSize();
  }

  private long leadBytes() {
    return (long) plan.lead() * dtype.byteSize();
  }
}
