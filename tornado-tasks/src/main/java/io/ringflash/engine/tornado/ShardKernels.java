package io.ringflash.engine.tornado;

/** What a shard's device does between the transfers of blocks; its worker calls, but for folds. */
interface ShardKernels extends AutoCloseable {
  /** Makes room for folding blocks of at most {@code tiles} tiles. */
  void reserve(int tiles);

  /**
   * A block of at least one tile is on its way: what its fold needs from the host can be done now.
   * Whoever brings the block calls, perhaps while another one is folded in.
   */
  default void prepare(BlockMemory block) {}

  /** Folds in a block that was {@link #prepare}d; the rank's thread calls. */
  void fold(BlockMemory block);

  /** Brings the results to the host. */
  void finish();

  /** Bytes that the shard takes on the device, results included, blocks not. */
  long byteSize();

  @Override
  void close();
}
