package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.KeyValueBlock;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Packed K/V blocks of the devices that were opened together: all of them read the same memory, so
 * a block that several want is packed once. It is there for as long as somebody holds it.
 */
final class SharedBlocks implements AutoCloseable {
  private static final class Holding {
    private final PackedBlock packed;
    private final MemoryPool.Lease memory;
    private int holders;

    Holding(PackedBlock packed, MemoryPool.Lease memory) {
      this.packed = packed;
      this.memory = memory;
    }
  }

  private final MemoryPool memory = new MemoryPool();
  private final Map<KeyValueBlock, Holding> holdings = new IdentityHashMap<>();

  /**
   * The packed form of a lasting block, to be {@link #release}d.
   *
   * @param shape of the problem
   */
  synchronized PackedBlock hold(AttentionShape shape, KeyValueBlock block) {
    Holding holding = holdings.computeIfAbsent(block, absent -> reserve(shape, block));
    holding.holders++;
    return holding.packed;
  }

  private Holding reserve(AttentionShape shape, KeyValueBlock block) {
    MemoryPool.Lease lease = memory.lease();
    long bytes = PackedBlock.byteSize(shape, block);
    return new Holding(
        new PackedBlock(shape, block, lease.allocate(bytes, PackedBlock.ALIGNMENT)), lease);
  }

  /** The last holder's call frees the memory. */
  synchronized void release(KeyValueBlock block) {
    Holding holding = holdings.get(block);
    if (holding == null) {
      throw new IllegalStateException("nobody holds the block");
    }
    if (--holding.holders == 0) {
      holdings.remove(block);
      holding.memory.close();
    }
  }

  /** Frees what is idle now, and whatever is released later. */
  @Override
  public void close() {
    memory.close();
  }
}
