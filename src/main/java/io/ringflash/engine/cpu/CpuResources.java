package io.ringflash.engine.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What one virtual device owns for as long as it is open.
 *
 * @param workers its threads
 * @param memory its memory
 * @param blocks of all devices that were opened with it
 * @param idleTiles scratch memory that no worker uses at present
 */
record CpuResources(
    WorkerPool workers,
    MemoryPool memory,
    SharedBlocks blocks,
    ConcurrentLinkedQueue<TileRows> idleTiles)
    implements AutoCloseable {
  CpuResources(WorkerPool workers, SharedBlocks blocks) {
    this(workers, new MemoryPool(), blocks, new ConcurrentLinkedQueue<>());
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
    blocks.close();
  }
}
