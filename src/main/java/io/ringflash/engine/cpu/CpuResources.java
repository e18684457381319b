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
 * @param idleOneDnn oneDNN's matrices
 */
record CpuResources(
    WorkerPool workers,
    MemoryPool memory,
    SharedBlocks blocks,
    ConcurrentLinkedQueue<TileRows> idleTiles,
    ConcurrentLinkedQueue<PairKernel> idlePairs,
    ConcurrentLinkedQueue<OneDnnScratch> idleOneDnn)
    implements AutoCloseable {
  CpuResources(WorkerPool workers, SharedBlocks blocks) {
    this(
        workers,
        new MemoryPool(),
        blocks,
        new ConcurrentLinkedQueue<>(),
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

  /** oneDNN's matrices for one worker, to be given back to {@link #idleOneDnn}. */
  OneDnnScratch takeOneDnn() {
    OneDnnScratch scratch = idleOneDnn.poll();
    return scratch == null ? new OneDnnScratch() : scratch;
  }

  @Override
  public void close() {
    workers.close();
    idleOneDnn.forEach(OneDnnScratch::close);
    idleOneDnn.clear();
    memory.close();
    blocks.close();
  }
}
