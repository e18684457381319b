package io.ringflash.engine.cpu;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * A device's memory. What a run gives back is kept for the next one, up to a limit: a fresh page
 * costs more than computing with it does when problems are small.
 */
final class MemoryPool implements AutoCloseable {
  /** How much idle memory is kept unless a pool is told otherwise: a part of the machine's. */
  private static final long MAX_IDLE_BYTES = HostMemory.totalBytes() / 128;

  /** A kept block serves requests of at least this part of its size. */
  private static final long MAX_WASTE = 2;

  private record Block(Arena arena, MemorySegment segment) {
    long bytes() {
      return segment.byteSize();
    }
  }

  /** In the order in which they were given back. Few: a linear search is soon done. */
  private final List<Block> idle = new ArrayList<>();

  private final long maxIdleBytes;
  private long idleBytes;
  private boolean closed;

  MemoryPool() {
    this(MAX_IDLE_BYTES);
  }

  /**
   * @param maxIdleBytes idle memory beyond this goes back to the system
   */
  MemoryPool(long maxIdleBytes) {
    this.maxIdleBytes = maxIdleBytes;
  }

  /** Memory for one purpose, given back together. */
  Lease lease() {
    return new Lease();
  }

  private synchronized Block take(long bytes) {
    int fit = smallestFit(bytes);
    if (fit < 0) {
      return allocate(bytes);
    }
    Block block = idle.remove(fit);
    idleBytes -= block.bytes();
    return block;
  }

  /** Index of the smallest idle block that has room and wastes not too much, −1 for none. */
  private int smallestFit(long bytes) {
    int fit = -1;
    long smallest = MAX_WASTE * bytes;
    for (int i = 0; i < idle.size(); i++) {
      long size = idle.get(i).bytes();
      if (size >= bytes && size <= smallest) {
        fit = i;
        smallest = size;
      }
    }
    return fit;
  }

  @SuppressWarnings("MustBeClosedChecker") // The block owns its arena until it is given back.
  private static Block allocate(long bytes) {
    Arena arena = Arena.ofShared();
    return new Block(arena, OffHeap.allocate(arena, bytes));
  }

  private synchronized void giveBack(Block block) {
    if (closed || block.bytes() > maxIdleBytes) {
      block.arena().close();
      return;
    }
    idle.add(block);
    idleBytes += block.bytes();
    while (idleBytes > maxIdleBytes) {
      Block longest = idle.removeFirst();
      idleBytes -= longest.bytes();
      longest.arena().close();
    }
  }

  /** Frees what is idle now, and whatever is given back later. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(block -> block.arena().close());
    idle.clear();
    idleBytes = 0;
  }

  /**
   * Segments of any content, aligned to cache lines; closing the lease gives them back. If there is
   * no memory for one, all are given back: whoever asked for it may not have come to be, and then
   * closes nothing.
   */
  final class Lease implements SegmentAllocator, AutoCloseable {
    private final List<Block> blocks = new ArrayList<>();

    private Lease() {}

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      if (byteSize == 0) {
        return MemorySegment.NULL;
      }
      try {
        Block block = take(byteSize);
        blocks.add(block);
        return block.segment().asSlice(0, byteSize);
      } catch (OutOfMemoryError e) {
        close();
        throw e;
      }
    }

    @Override
    public void close() {
      for (Block block : blocks) {
        giveBack(block);
      }
      blocks.clear();
    }
  }
}
