package io.ringflash.tensor.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An arena that knows how much was allocated in it; mappings do not count. */
final class CountingArena implements Arena {
  private final Arena arena = Arena.ofConfined();
  private long allocated;

  long allocated() {
    return allocated;
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    allocated += byteSize;
    return arena.allocate(byteSize, byteAlignment);
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
