package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.StopSignal;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A buffer of the vector kernel. Lasting blocks are packed when they are folded in, once for all
 * devices; others are packed here at once, before their memory changes.
 */
final class PackedBuffer implements CpuBlock<PackedBuffer> {
  /** The time of packing one element of K and V, in floating-point operations of a thread. */
  private static final long PACK_OPERATIONS = 100;

  /** The time of copying one packed element of K and V. */
  private static final long COPY_OPERATIONS = 20;

  private final AttentionShape shape;
  private final CpuResources resources;
  private final MemoryPool.Lease memory;

  /** Room for blocks that do not last. */
  private final MemorySegment room;

  private @Nullable KeyValueBlock block;
  private @Nullable PackedBlock packed;

  PackedBuffer(AttentionShape shape, List<KeyValueBlock> candidates, CpuResources resources) {
    this.shape = shape;
    this.resources = resources;
    this.memory = resources.memory().lease();
    long bytes = 0;
    for (KeyValueBlock candidate : candidates) {
      if (!candidate.lasting()) {
        bytes = Math.max(bytes, PackedBlock.byteSize(shape, candidate));
      }
    }
    this.room = memory.allocate(bytes, PackedBlock.ALIGNMENT);
  }

  /** The block that is here. */
  PackedBlock packed() {
    if (packed == null) {
      throw new IllegalStateException("no block has been loaded");
    }
    return packed;
  }

  @Override
  public void load(KeyValueBlock block, WorkerPool pool, StopSignal stop) {
    PackedBlock target = replace(block);
    if (!block.lasting()) {
      int tiles = target.tiles().count();
      pool.run(
          target.heads() * tiles,
          PACK_OPERATIONS * elements(target),
          item -> {
            stop.check();
            TileRows scratch = resources.takeTile();
            target.begin(item / tiles, item % tiles, scratch.packer);
            resources.idleTiles().add(scratch);
          });
    }
  }

  @Override
  public List<PositionSlice> positions() {
    return block().positions();
  }

  @Override
  public void copy(PackedBuffer source, WorkerPool pool) {
    KeyValueBlock other = source.block();
    PackedBlock target = replace(other);
    if (!other.lasting()) {
      pool.run(
          target.heads(),
          COPY_OPERATIONS * elements(target),
          head -> target.copyHead(source.packed(), head));
    }
  }

  private KeyValueBlock block() {
    if (block == null) {
      throw new IllegalStateException("no block has been loaded");
    }
    return block;
  }

  private PackedBlock replace(KeyValueBlock newBlock) {
    release();
    PackedBlock target =
        newBlock.lasting()
            ? resources.blocks().hold(shape, newBlock)
            : new PackedBlock(shape, newBlock, room);
    block = newBlock;
    packed = target;
    return target;
  }

  /** Elements of K, or of V. */
  private long elements(PackedBlock target) {
    return target.heads() * target.keyCount() * shape.headDim();
  }

  private void release() {
    if (block != null && block.lasting()) {
      resources.blocks().release(block);
    }
    block = null;
    packed = null;
  }

  @Override
  public void close() {
    release();
    memory.close();
  }
}
