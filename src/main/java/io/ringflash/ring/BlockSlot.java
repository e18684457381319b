package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device buffer and the transfer that may be filling it. */
final class BlockSlot implements AutoCloseable {
  private final int rank;
  private final ShardAttention shard;
  private final Transfers transfers;
  private final KeyValueBuffer buffer;
  private Transfers.@Nullable Transfer arriving;
  private long postInstant;
  private long transferNanos;
  private long waitNanos;

  /**
   * A slot with room for any one of {@code candidates}.
   *
   * @param rank of {@code shard}
   */
  BlockSlot(int rank, ShardAttention shard, Transfers transfers, List<KeyValueBlock> candidates) {
    this.rank = rank;
    this.shard = shard;
    this.transfers = transfers;
    this.buffer = shard.allocate(candidates);
  }

  /** Starts bringing a block here; what was here must have been folded in. */
  void post(int turn, KeyValueBlock block) {
    postInstant = System.nanoTime();
    arriving = transfers.start(request(turn, block));
  }

  /** Brings a block here while there is nothing to compute. */
  void bring(int turn, KeyValueBlock block) {
    postInstant = System.nanoTime();
    transferNanos = transfers.bring(request(turn, block));
    waitNanos = transferNanos;
  }

  /** Waits for the block that was posted last. */
  void await() {
    Transfers.Transfer transfer = arriving;
    arriving = null;
    long start = System.nanoTime();
    transferNanos = transfer == null ? 0 : transfer.await();
    waitNanos = System.nanoTime() - start;
  }

  void fold() {
    shard.fold(buffer);
  }

  /** Waits until other devices have what they take from here. */
  void handOver() {
    transfers.handOver(buffer);
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

  /** Frees the buffer, once nothing reads or writes it any more. */
  @Override
  public void close() {
    try {
      await();
    } catch (RuntimeException ignored) {
      // Only reached when the run has failed already: that failure is the one to report.
    } finally {
      transfers.withdraw(buffer);
      buffer.close();
    }
  }

  private BlockRequest request(int turn, KeyValueBlock block) {
    return new BlockRequest(rank, turn, shard, buffer, block);
  }
}
