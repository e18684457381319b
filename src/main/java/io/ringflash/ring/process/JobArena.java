package io.ringflash.ring.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that closing does not free if transfers of a failed run may still use it. */
final class JobArena implements Arena {
  private final Arena memory = Arena.ofShared();
  private final ProcessGroup processes;

  JobArena(ProcessGroup processes) {
    this.processes = processes;
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return memory.allocate(byteSize, byteAlignment);
  }

  @Override
  public MemorySegment.Scope scope() {
    return memory.scope();
  }

  @Override
  public void close() {
    if (!processes.hasLeftTransfers()) {
      memory.close();
    }
  }
}
