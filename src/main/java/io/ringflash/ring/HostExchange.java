package io.ringflash.ring;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Exchange through host memory: every block stays where the caller's tensors are, and each device
 * takes the block of its next step from there while it computes. A block crosses a device's link
 * once per step that needs it, never for another rank's sake.
 */
public final class HostExchange implements Exchange {
  private final ExecutorService executor;

  /**
   * @param executor runs transfers; one thread per rank lets all ranks transfer at once
   */
  public HostExchange(ExecutorService executor) {
    this.executor = executor;
  }

  /** An exchange with as many threads as transfers are under way. */
  public static HostExchange create() {
    return new HostExchange(
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("ringflash-exchange-", 0).factory()));
  }

  @Override
  public Transfer start(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block) {
    CompletableFuture<Long> arrival =
        CompletableFuture.supplyAsync(() -> bring(shard, buffer, block), executor);
    return new FutureTransfer(arrival);
  }

  /** In the calling thread: handing it to another would only cost time. */
  @Override
  public long bring(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block) {
    long start = System.nanoTime();
    shard.load(buffer, block);
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
