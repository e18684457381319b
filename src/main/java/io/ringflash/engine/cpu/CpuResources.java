package io.ringflash.engine.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What one virtual device owns for as long as it is open.
 *
 * @param workers its threads
 * @param memory its memory
 * @param idleTiles scratch memory that no worker uses at present
 */
record CpuResources(
    WorkerPool workers, MemoryPool memory, ConcurrentLinkedQueue<TileRows> idleTiles)
    implements AutoCloseable {
  CpuResources(WorkerPool workers, MemoryPool memory) {
    this(workers, memory, new ConcurrentLinkedQueue<>());
  }

  /** Scratch memory for one worker, to be given back to {@link #idleTiles}. */
  TileRows takeTile() {
    TileRows tile = idleTiles.poll();
    return tile == null ? new TileRows() : tile;
  }

  @Override
  public void close() {
    workers.close();
    memory.close();
  }
}
