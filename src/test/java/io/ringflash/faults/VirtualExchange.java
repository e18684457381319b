package io.ringflash.faults;

import io.ringflash.ring.BlockRequest;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.Exchange;
import io.ringflash.ring.ExchangeWay;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.Transfers;
import org.jspecify.annotations.Nullable;

/** Exchange through host memory as {@link io.ringflash.ring.HostExchange}, in virtual time. */
public final class VirtualExchange implements Exchange, Transfers {
  private final VirtualTime time;

  public VirtualExchange(VirtualTime time) {
    this.time = time;
  }

  @Override
  public Transfers begin(DeviceGroup group, RingJob job) {
    return this;
  }

  @Override
  public ExchangeWay way() {
    return ExchangeWay.HOST;
  }

  @Override
  public Transfer start(BlockRequest request) {
    Arriving arriving = new Arriving();
    time.start(
        "transfer",
        () -> arriving.carry(() -> request.shard().load(request.buffer(), request.block())));
    return arriving;
  }

  @Override
  public long bring(BlockRequest request) {
    long start = time.nanoTime();
    request.shard().load(request.buffer(), request.block());
    return time.nanoTime() - start;
  }

  @Override
  public void close() {}

  private final class Arriving implements Transfer {
    private boolean arrived;
    private @Nullable Throwable failure;

    void carry(Runnable work) {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      arrived = true;
    }

    @Override
    public long await() {
      time.pauseUntil(() -> arrived);
      switch (failure) {
        case null -> {
          return 0;
        }
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(failure);
      }
    }
  }
}
