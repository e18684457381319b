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
  private final RankClock clock;
  private final @Nullable BlockChecks checks;
  private final KeyValueBuffer buffer;
  private Transfers.@Nullable Transfer arriving;
  private @Nullable BlockRequest posted;
  private long postNanos;
  private long transferNanos;
  private long waitNanos;

  /**
   * A slot with room for any one of {@code candidates}.
   *
   * @param rank of {@code shard}
   * @param checks compares blocks with what left, or null
   */
  BlockSlot(
      int rank,
      ShardAttention shard,
      Transfers transfers,
      RankClock clock,
      @Nullable BlockChecks checks,
      List<KeyValueBlock> candidates) {
    this.rank = rank;
    this.shard = shard;
    this.transfers = transfers;
    this.clock = clock;
    this.checks = checks;
    long bytes = 0;
    for (KeyValueBlock candidate : candidates) {
      bytes = Math.max(bytes, candidate.byteSize());
    }
    clock.beginTransfer("allocating memory", bytes);
    this.buffer = shard.allocate(candidates);
  }

  /**
   * Starts bringing a block here; what was here must have been folded in.
   *
   * @param turn see {@link BlockRequest}
   * @param index see {@link BlockRequest}
   */
  void post(int turn, int index, KeyValueBlock block) {
    postNanos = clock.sinceStart();
    BlockRequest request = request(turn, index, block);
    posted = request;
    arriving = transfers.start(request);
  }

  /** As {@link #post}, while there is nothing to compute. */
  void bring(int turn, int index, KeyValueBlock block) {
    postNanos = clock.sinceStart();
    BlockRequest request = request(turn, index, block);
    beginTransfer(request);
    transferNanos = transfers.bring(request);
    waitNanos = transferNanos;
  }

  /** Waits for the block that was posted last. */
  void await() {
    Transfers.Transfer transfer = arriving;
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

  /** Waits until other devices have what they take from here. */
  void handOver() {
    clock.watch().beginUnlimited("waiting for another rank");
    transfers.handOver(buffer);
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

  /** Frees the buffer, once nothing reads or writes it any more. */
  @Override
  public void close() {
    clock.beginTransfer("freeing memory", 0);
    try {
      await();
    } catch (RuntimeException ignored) {
      // Only reached when the run has failed already: that failure is the one to report.
    } finally {
      transfers.withdraw(buffer);
      buffer.close();
    }
  }

  private BlockRequest request(int turn, int index, KeyValueBlock block) {
    ShardAttention receiver = checks == null ? shard : new CheckedShard(shard, checks, block);
    return new BlockRequest(rank, turn, index, receiver, buffer, block);
  }

  /** A block of another rank comes when that one can give it, which its own watch looks at. */
  private void beginTransfer(BlockRequest request) {
    clock.beginTransfer(
        "loading a K/V block", request.block().byteSize(), () -> transfers.waitsForOthers(request));
  }
}
