package io.ringflash.engine.tornado;

/** What a shard's device does between the transfers of blocks; its worker calls, but for folds. */
interface ShardKernels extends AutoCloseable {
  /** Makes room for folding blocks of at most {@code tiles} tiles. */
  void reserve(int tiles);

  /** Folds in a block of at least one tile; the rank's thread calls. */
  void fold(BlockMemory block);

  /** Brings the results to the host. */
  void finish();

  /** Bytes that the shard takes on the device, results included, blocks not. */
  long byteSize();

  @Override
  void close();
}
