package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.ring.FakeDevice.Interference;
import io.ringflash.ring.FakeLog.Call;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class AutoExchangeTest {
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(30);

  @Test
  void takesPeersThatAreFaster() {
    try (FakeRing ring = new FakeRing(3, slow(Call.LOAD));
        AutoExchange exchange = new AutoExchange(ring.group())) {
      ExchangeWay way = exchange.begin(ring.job(AttentionMask.NONE, false)).way();
      assertThat(way.name()).isEqualTo("peer");
      assertThat(way.reason())
          .matches("measured .* GB/s from device to device, .* from host memory");
      ring.requireAllClosed();
    }
  }

  @Test
  void takesTheHostIfItIsFaster() {
    try (FakeRing ring = new FakeRing(3, slow(Call.COPY));
        AutoExchange exchange = new AutoExchange(ring.group())) {
      ExchangeWay way = exchange.begin(ring.job(AttentionMask.NONE, false)).way();
      assertThat(way.name()).isEqualTo("host");
      assertThat(way.reason()).startsWith("measured");
      ring.requireAllClosed();
    }
  }

  @Test
  void measuresOnce() {
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        AutoExchange exchange = new AutoExchange(ring.group())) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      exchange.begin(job);
      long copies = ring.log().count(0, Call.COPY);
      assertThat(copies).isPositive();
      exchange.begin(job);
      assertThat(ring.log().count(0, Call.COPY)).isEqualTo(copies);
    }
  }

  @Test
  void doesNotMeasureWhereThereIsNothingToChoose() {
    try (FakeRing ring = new FakeRing(1, Interference.NONE);
        AutoExchange exchange = new AutoExchange(ring.group())) {
      ExchangeWay way = exchange.begin(ring.job(AttentionMask.NONE, false)).way();
      assertThat(way).isEqualTo(new ExchangeWay("host", "one device"));
      assertThat(ring.log().events()).isEmpty();
    }
  }

  private static Interference slow(Call call) {
    return (event, stop) -> {
      if (event.call() == call) {
        LockSupport.parkNanos(SLOW);
      }
    };
  }
}
