package io.ringflash.engine;

import io.ringflash.tensor.Tensor;
import java.util.List;

/**
 * Attention of one rank's queries on one device: queries and FP32 partial attention stay there
 * while K/V blocks come and go.
 *
 * <p>One thread calls {@link #fold} and {@link #finish}; another may {@link #load} a buffer
 * meanwhile, never the one being folded. All calls return when the work is done.
 */
public interface ShardAttention extends AutoCloseable {
  /** The kernel that computes, for reports. */
  String kernel();

  /** A buffer with room for any one of {@code candidates}. */
  KeyValueBuffer allocate(List<KeyValueBlock> candidates);

  /** Brings a block from host memory into {@code buffer}. */
  void load(KeyValueBuffer buffer, KeyValueBlock block);

  /**
   * Brings a block straight from another device; see {@link AttentionDevice#copyObstacle}. May be
   * called where {@link #load} may. Other calls read {@code source} meanwhile, and none writes it.
   *
   * @param source another shard's buffer, which holds {@code block}, perhaps among other keys
   * @param block as it lies in host memory
   */
  default void copy(KeyValueBuffer buffer, KeyValueBuffer source, KeyValueBlock block) {
    throw new UnsupportedOperationException("this device reaches no other device's memory");
  }

  /**
   * Copies some of the keys and values in {@code buffer} back to host memory, in the storage type:
   * what they are then is what the device computes with.
   *
   * @param part index of the slice, in the block that was loaded last
   * @param from first token, counted within the slice
   * @param k receives n keys, {@code (batch, n, kvHeads, headDim)}
   * @param v like k
   * @throws UnsupportedOperationException if the device cannot tell
   */
  default void read(KeyValueBuffer buffer, int part, long from, Tensor k, Tensor v) {
    throw new UnsupportedOperationException("this device does not read K/V blocks back");
  }

  /**
   * Folds the block in {@code buffer}, the next one of {@link ShardRequest#blocks}, into the
   * partial attention of all queries. The same block once more, as for measuring, takes about as
   * long and leaves rows that mean nothing.
   */
  void fold(KeyValueBuffer buffer);

  /**
   * Bytes of device memory that queries, state, results and K/V blocks took so far, at most; 0 if
   * the device computes in host memory.
   */
  default long deviceBytes() {
    return 0;
  }

  /**
   * Divides, rounds once, and writes out and lse into the query parts' tensors, where {@link #fold}
   * has not done so.
   */
  void finish();

  /** Frees the state. Buffers are closed by whoever allocated them, before. */
  @Override
  void close();
}
