package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.ShardAttention;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HostExchangeTest {
  private static final KeyValueBlock BLOCK = new KeyValueBlock(List.of());
  private static final KeyValueBuffer BUFFER = () -> {};

  @Test
  void returnsWhileTheBlockTravels() {
    CountDownLatch awaited = new CountDownLatch(1);
    try (HostExchange exchange = HostExchange.create()) {
      Transfers.Transfer transfer = exchange.start(loading(() -> Waiting.await(awaited)));
      awaited.countDown();
      assertThat(transfer.await()).isNotNegative();
    }
  }

  @Test
  void allRanksTransferAtOnce() {
    CountDownLatch underWay = new CountDownLatch(5);
    Runnable meet =
        () -> {
          underWay.countDown();
          Waiting.await(underWay);
        };
    try (HostExchange exchange = HostExchange.create()) {
      List<Transfers.Transfer> transfers =
          IntStream.range(0, 5).mapToObj(rank -> exchange.start(loading(meet))).toList();
      transfers.forEach(Transfers.Transfer::await);
    }
  }

  @Test
  void throwsWhatTheTransferFailedWith() {
    List<Throwable> failures =
        List.of(new IllegalStateException("lost"), new AssertionError("lost"));
    try (HostExchange exchange = HostExchange.create()) {
      for (Throwable failure : failures) {
        Transfers.Transfer transfer = exchange.start(loading(() -> sneakyThrow(failure)));
        assertThatThrownBy(transfer::await).isSameAs(failure);
      }
    }
  }

  @Test
  void closedItTakesNoMore() {
    HostExchange exchange = HostExchange.create();
    exchange.close();
    assertThatThrownBy(() -> exchange.start(loading(() -> {})))
        .isInstanceOf(RejectedExecutionException.class);
  }

  private static BlockRequest loading(Runnable load) {
    return new BlockRequest(0, 0, 0, new LoadingShard(load), BUFFER, BLOCK);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneakyThrow(Throwable e) throws T {
    throw (T) e;
  }

  /** A shard that can only load. */
  private record LoadingShard(Runnable load) implements ShardAttention {
    @Override
    public String kernel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public KeyValueBuffer allocate(List<KeyValueBlock> candidates) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void load(KeyValueBuffer buffer, KeyValueBlock block) {
      load.run();
    }

    @Override
    public void fold(KeyValueBuffer buffer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void finish() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
