package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.ShardSize;
import io.ringflash.engine.TokenCount;
import io.ringflash.tensor.DType;

/**
 * Device memory that a shard takes at most: what stays ({@link ShardMemory}, {@link TensorMemory}),
 * and beside it either blocks ({@link BlockMemory}, {@link BlockScratch}) or, at the beginning and
 * the end, tensors on their way. Tables of tiles are too small to count.
 *
 * @param size of the shard
 * @param padded head dimension with padding
 */
record Footprint(ShardSize size, int padded) {
  /** Of the kernels that TornadoVM compiles. */
  long ofJavaKernels(FoldForm.Kernel kernel) {
    long state = rows() * (2L * padded + 1 + ShardMemory.PARTIAL_SUMS) * Float.BYTES;
    long groups = rows() / TileTable.TOKENS * kernel.scratch() * Float.BYTES;
    return state + groups + Math.max(size.queryBytes() + lseBytes(), blocks() + scratch());
  }

  /**
   * Of the kernels for tensor cores, which read queries and blocks as they came, but for FP32
   * blocks: {@link SplitScratch} takes as much as the other kernels' scratch.
   */
  long ofTensorCores() {
    long state = rows() * (padded + 1L + TensorMemory.PARTIAL_SUMS) * Float.BYTES;
    long split = size.problem().dtype() == DType.FP32 ? scratch() : 0;
    return state + size.queryBytes() + Math.max(lseBytes(), blocks() + split);
  }

  private long rows() {
    AttentionShape shape = size.problem().shape();
    return size.queries().tiles(TileTable.TOKENS)
        * TileTable.TOKENS
        * shape.batch()
        * shape.heads();
  }

  private long lseBytes() {
    return size.rows() * Float.BYTES;
  }

  private long blocks() {
    return size.buffers().stream().mapToLong(buffer -> 2 * size.keyBytes(buffer.tokens())).sum();
  }

  private long scratch() {
    AttentionShape shape = size.problem().shape();
    TokenCount largest = size.buffers().stream().reduce(new TokenCount(0, 0), TokenCount::max);
    return 2L
        * shape.batch()
        * shape.kvHeads()
        * largest.tiles(TileTable.TOKENS)
        * TileTable.TOKENS
        * padded
        * Float.BYTES;
  }
}
