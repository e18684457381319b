package io.ringflash.ring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Exchange through host memory: every block stays where the caller's tensors are, and each device
 * takes the block of its next step from there while it computes. A block crosses a device's link
 * once per step that needs it, never for another rank's sake.
 */
public final class HostExchange implements Exchange, Transfers {
  private final ExecutorService executor;
  private final ExchangeWay way;

  /**
   * @param executor runs transfers; one thread per rank lets all ranks transfer at once
   */
  public HostExchange(ExecutorService executor) {
    this(executor, ExchangeWay.HOST);
  }

  /**
   * An exchange with as many threads as transfers are under way.
   *
   * @param way for reports
   */
  HostExchange(ExchangeWay way) {
    this(threads(), way);
  }

  private HostExchange(ExecutorService executor, ExchangeWay way) {
    this.executor = executor;
    this.way = way;
  }

  /** An exchange with as many threads as transfers are under way. */
  public static HostExchange create() {
    return new HostExchange(ExchangeWay.HOST);
  }

  /** As many threads as transfers are under way. */
  static ExecutorService threads() {
    return Executors.newCachedThreadPool(
        Thread.ofPlatform().daemon().name("ringflash-exchange-", 0).factory());
  }

  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    return this;
  }

  @Override
  public ExchangeWay way() {
    return way;
  }

  @Override
  public Transfer start(BlockRequest request) {
    return new FutureTransfer(CompletableFuture.supplyAsync(request::load, executor));
  }

  /** In the calling thread: handing it to another would only cost time. */
  @Override
  public long bring(BlockRequest request) {
    return request.load();
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
