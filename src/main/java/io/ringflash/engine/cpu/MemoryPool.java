package io.ringflash.engine.cpu;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A device's memory. What a run gives back is kept for the next one, up to a limit: a fresh page
 * costs more than computing with it does when problems are small.
 */
final class MemoryPool implements AutoCloseable {
  /** Idle memory beyond this goes back to the system. */
  private static final long MAX_IDLE_BYTES = 32L << 20;

  /** A kept block serves requests of at least this part of its size. */
  private static final long MAX_WASTE = 2;

  private record Block(Arena arena, MemorySegment segment) {}

  private final TreeMap<Long, Deque<Block>> idle = new TreeMap<>();
  private long idleBytes;
  private boolean closed;

  /** Memory for one purpose, given back together. */
  Lease lease() {
    return new Lease();
  }

  private synchronized Block take(long bytes) {
    Map.Entry<Long, Deque<Block>> fit = idle.ceilingEntry(bytes);
    if (fit == null || fit.getKey() > MAX_WASTE * bytes) {
      return allocate(bytes);
    }
    Block block = fit.getValue().removeLast();
    if (fit.getValue().isEmpty()) {
      idle.remove(fit.getKey());
    }
    idleBytes -= fit.getKey();
    return block;
  }

  @SuppressWarnings("MustBeClosedChecker") // The block owns its arena until it is given back.
  private static Block allocate(long bytes) {
    Arena arena = Arena.ofShared();
    return new Block(arena, OffHeap.allocate(arena, bytes));
  }

  private synchronized void giveBack(Block block) {
    long bytes = block.segment().byteSize();
    if (closed || idleBytes + bytes > MAX_IDLE_BYTES) {
      block.arena().close();
      return;
    }
    idle.computeIfAbsent(bytes, size -> new ArrayDeque<>()).addLast(block);
    idleBytes += bytes;
  }

  /** Frees what is idle now, and whatever is given back later. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.values().forEach(blocks -> blocks.forEach(block -> block.arena().close()));
    idle.clear();
    idleBytes = 0;
  }

  /** Segments of any content, aligned to cache lines; closing the lease gives them back. */
  final class Lease implements SegmentAllocator, AutoCloseable {
    private final List<Block> blocks = new ArrayList<>();

    private Lease() {}

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      if (byteSize == 0) {
        return MemorySegment.NULL;
      }
      Block block = take(byteSize);
      blocks.add(block);
      return block.segment().asSlice(0, byteSize);
    }

    @Override
    public void close() {
      blocks.forEach(MemoryPool.this::giveBack);
      blocks.clear();
    }
  }
}
