package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device buffer and the transfer that may be filling it. */
final class BlockSlot implements AutoCloseable {
  private final ShardAttention shard;
  private final Exchange exchange;
  private final KeyValueBuffer buffer;
  private Exchange.@Nullable Transfer arriving;
  private long postInstant;
  private long transferNanos;
  private long waitNanos;

  /** A slot with room for any one of {@code candidates}. */
  BlockSlot(ShardAttention shard, Exchange exchange, List<KeyValueBlock> candidates) {
    this.shard = shard;
    this.exchange = exchange;
    this.buffer = shard.allocate(candidates);
  }

  /** Starts bringing a block here; what was here must have been folded in. */
  void post(KeyValueBlock block) {
    postInstant = System.nanoTime();
    arriving = exchange.start(shard, buffer, block);
  }

  /** Brings a block here while there is nothing to compute. */
  void bring(KeyValueBlock block) {
    postInstant = System.nanoTime();
    transferNanos = exchange.bring(shard, buffer, block);
    waitNanos = transferNanos;
  }

  /** Waits for the block that was posted last. */
  void await() {
    Exchange.Transfer transfer = arriving;
    arriving = null;
    long start = System.nanoTime();
    transferNanos = transfer == null ? 0 : transfer.await();
    waitNanos = System.nanoTime() - start;
  }

  void fold() {
    shard.fold(buffer);
  }

  /** When the last transfer was asked for, as {@link System#nanoTime} says it. */
  long postInstant() {
    return postInstant;
  }

  /** Time that the last transfer took. */
  long transferNanos() {
    return transferNanos;
  }

  /** Time that {@link #await} or {@link #bring} took. */
  long waitNanos() {
    return waitNanos;
  }

  /** Frees the buffer, once nothing writes to it any more. */
  @Override
  public void close() {
    try {
      await();
    } catch (RuntimeException ignored) {
      // Only reached when the run has failed already: that failure is the one to report.
    } finally {
      buffer.close();
    }
  }
}
