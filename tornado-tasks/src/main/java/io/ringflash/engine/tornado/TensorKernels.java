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
   * @param scratch for as many tiles; null in forms that don't split
   */
  record Keys(
      DeviceBuffer keys,
      DeviceBuffer values,
      DeviceBuffer tiles,
      long headTiles,
      long tokens,
      TileRange queries,
      @Nullable SplitScratch scratch) {}

  /** Gives the kernels the memory of a shard. */
  void bind(TensorMemory memory);

  /** Whether folds have to be on the device's worker, too: a hand-over takes 20 to 100 µs. */
  boolean foldsOnWorker();

  /**
   * Folds in some keys, and waits.
   *
   * @param first whether these are the shard's first
   */
  void fold(TensorMemory memory, Keys keys, boolean first);

  /** Writes out results in the storage type, and waits. */
  void finish(TensorMemory memory, DeviceBuffer results, DeviceBuffer rawLse);

  @Override
  void close();
}
