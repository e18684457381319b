package io.ringflash.faults;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import io.ringflash.ring.Exchange;
import org.jspecify.annotations.Nullable;

/** Exchange through host memory as {@link io.ringflash.ring.HostExchange}, in virtual time. */
public final class VirtualExchange implements Exchange {
  private final VirtualTime time;

  public VirtualExchange(VirtualTime time) {
    this.time = time;
  }

  @Override
  public Transfer start(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block) {
    Arriving arriving = new Arriving();
    time.start("transfer", () -> arriving.carry(() -> shard.load(buffer, block)));
    return arriving;
  }

  @Override
  public long bring(ShardAttention shard, KeyValueBuffer buffer, KeyValueBlock block) {
    long start = time.nanoTime();
    shard.load(buffer, block);
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
