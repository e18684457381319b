package io.ringflash.engine.tornado;

import org.jspecify.annotations.Nullable;

/** The tensor-core kernels of one {@link TensorForm}; for the worker, but for folds. */
interface TensorKernels extends AutoCloseable {
  /**
   * Some keys on the device, and who looks at them.
   *
   * @param tiles table of the tiles that are folded in
   * @param headTiles these tiles of all K/V heads
   * @param tokens of the whole block
   * @param queries tiles of queries; others see none of the keys, and have been folded before
   * @param index of the block among those that the shard folds in, {@link BlockTables#NONE} for no
   *     keys
   * @param scratch for as many tiles; null in forms that don't split
   */
  record Keys(
      DeviceBuffer keys,
      DeviceBuffer values,
      DeviceBuffer tiles,
      long headTiles,
      long tokens,
      TileRange queries,
      int index,
      @Nullable SplitScratch scratch) {}

  /** Gives the kernels the memory of a shard. */
  void bind(TensorMemory memory);

  /** Whether folds have to be on the device's worker, too: a hand-over takes 20 to 100 µs. */
  boolean foldsOnWorker();

  /** A fold that has only to be run. */
  interface Fold {
    /**
     * Folds the keys in, and waits.
     *
     * @param first whether these are the shard's first
     */
    void run(boolean first);
  }

  /**
   * Does what a fold needs from the host. One thread at a time, perhaps while another fold runs.
   */
  Fold prepare(TensorMemory memory, Keys keys);

  /**
   * Writes lse, and out in place of the queries, of rows whose last fold has not done so, and
   * waits.
   */
  void finish(TensorMemory memory);

  @Override
  void close();
}
