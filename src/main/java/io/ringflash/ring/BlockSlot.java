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
  private final RankClock clock;
  private final KeyValueBuffer buffer;
  private Exchange.@Nullable Transfer arriving;
  private @Nullable KeyValueBlock posted;
  private long postNanos;
  private long transferNanos;
  private long waitNanos;

  /** A slot with room for any one of {@code candidates}. */
  BlockSlot(
      ShardAttention shard, Exchange exchange, RankClock clock, List<KeyValueBlock> candidates) {
    this.shard = shard;
    this.exchange = exchange;
    this.clock = clock;
    long bytes = candidates.stream().mapToLong(KeyValueBlock::byteSize).max().orElse(0);
    clock.beginTransfer("allocating memory", bytes);
    this.buffer = shard.allocate(candidates);
  }

  /** Starts bringing a block here; what was here must have been folded in. */
  void post(KeyValueBlock block) {
    postNanos = clock.sinceStart();
    posted = block;
    arriving = exchange.start(shard, buffer, block);
  }

  /** Brings a block here while there is nothing to compute. */
  void bring(KeyValueBlock block) {
    postNanos = clock.sinceStart();
    beginTransfer(block);
    transferNanos = exchange.bring(shard, buffer, block);
    waitNanos = transferNanos;
  }

  /** Waits for the block that was posted last. */
  void await() {
    Exchange.Transfer transfer = arriving;
    arriving = null;
    long start = clock.sinceStart();
    if (transfer != null && posted != null) {
      beginTransfer(posted);
      transferNanos = transfer.await();
    }
    waitNanos = clock.sinceStart() - start;
  }

  void fold() {
    shard.fold(buffer);
  }

  /** When the last transfer was asked for, relative to the start of the run. */
  long postNanos() {
    return postNanos;
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
    clock.beginTransfer("freeing memory", 0);
    try {
      await();
    } catch (RuntimeException ignored) {
      // Only reached when the run has failed already: that failure is the one to report.
    } finally {
      buffer.close();
    }
  }

  /** A block of another process comes when that one can send it, which its own watch looks at. */
  private void beginTransfer(KeyValueBlock block) {
    if (exchange.waitsForOthers(block)) {
      clock.watch().beginUnlimited("waiting for another process");
    } else {
      clock.beginTransfer("loading a K/V block", block.byteSize());
    }
  }
}
