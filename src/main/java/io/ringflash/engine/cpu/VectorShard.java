package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.util.List;

/** Tiled flash attention on the vector unit. */
final class VectorShard extends CpuShard<PackedBuffer> {
  /** With so many items a thread, the last ones' waiting time is short. */
  private static final int ITEMS_PER_THREAD = 16;

  private final List<RowTile> rowTiles;

  VectorShard(ShardRequest request, CpuResources resources) {
    super(request, resources, PackedBuffer.class);
    this.rowTiles = cut(request, shape, resources.workers().threads());
  }

  /** Big tiles read K and V less often, small ones share the work more evenly. */
  private static List<RowTile> cut(ShardRequest request, AttentionShape shape, int threads) {
    List<RowTile> big = RowTile.cut(request.queries(), shape.groupSize(), RowTile.MAX_ROWS);
    return (long) big.size() * shape.batch() * shape.kvHeads() >= (long) ITEMS_PER_THREAD * threads
        ? big
        : RowTile.cut(request.queries(), shape.groupSize(), RowTile.MAX_ROWS / 2);
  }

  @Override
  public String kernel() {
    return "vector";
  }

  @Override
  public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
    return new PackedBuffer(shape, candidates, resources);
  }

  @Override
  public void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    PackedBlock packed = ((PackedBuffer) buffer).packed();
    new PackedReader(packed, shape).read(part, from, k, v, resources);
  }

  @Override
  void foldBlock(PackedBuffer buffer) {
    PackedBlock block = buffer.packed();
    int perHead = rowTiles.size();
    int items = shape.batch() * shape.kvHeads() * perHead;
    resources
        .workers()
        .run(
            items,
            foldOperations(block),
            item -> {
              request.stop().check();
              int head = item / perHead;
              // The last rows of a causal slice see most keys: begin with them, end with small
              // work.
              RowTile rows = rowTiles.get(perHead - 1 - item % perHead);
              fold(rows, head, block);
            });
  }

  /** Floating-point operations of all rows and keys, whatever the mask. */
  private long foldOperations(PackedBlock block) {
    long keys = block.tiles().stream().mapToLong(PositionSlice::length).sum();
    return 4 * state.rows() * keys * shape.headDim();
  }

  private void fold(RowTile rows, int head, PackedBlock block) {
    TileRows tile = resources.takeTile();
    block.require(head, tile.keyPanel);
    new VectorTile(request.problem(), request.stop(), tile).fold(rows, head, block, state);
    resources.idleTiles().add(tile);
  }
}
