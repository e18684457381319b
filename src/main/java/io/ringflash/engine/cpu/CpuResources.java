package io.ringflash.engine.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What one virtual device owns for as long as it is open.
 *
 * @param workers its threads
 * @param memory its memory
 * @param blocks of all devices that were opened with it
 * @param idleTiles scratch memory that no worker uses at present
 * @param idlePairs loops for few rows, with theirs
 */
record CpuResources(
    WorkerPool workers,
    MemoryPool memory,
    SharedBlocks blocks,
    ConcurrentLinkedQueue<TileRows> idleTiles,
    ConcurrentLinkedQueue<PairKernel> idlePairs)
    implements AutoCloseable {
  CpuResources(WorkerPool workers, SharedBlocks blocks) {
    this(
        workers,
        new MemoryPool(),
        blocks,
        new ConcurrentLinkedQueue<>(),
        new ConcurrentLinkedQueue<>());
  }

  /** Scratch memory for one worker, to be given back to {@link #idleTiles}. */
  TileRows takeTile() {
    TileRows tile = idleTiles.poll();
    return tile == null ? new TileRows() : tile;
  }

  /** Loops for few rows for one worker, to be given back to {@link #idlePairs}. */
  PairKernel takePair() {
    PairKernel pair = idlePairs.poll();
    return pair == null ? new PairKernel() : pair;
  }

  @Override
  public void close() {
    workers.close();
    memory.close();
    blocks.close();
  }
}
