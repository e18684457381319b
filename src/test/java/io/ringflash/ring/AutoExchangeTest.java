package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.IdleDevice;
import io.ringflash.faults.Interference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AutoExchangeTest {
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(30);

  private final CallLog log = new CallLog();

  @Test
  void takesPeersThatAreFaster() {
    ExchangeWay way = choice(3, slow(Call.LOAD));
    assertThat(way.name()).isEqualTo("peer");
    assertThat(way.reason()).matches("measured .* GB/s from device to device, .* from host memory");
    assertThat(log.violations()).isEmpty();
    assertThat(log.leftOpen(0)).isEmpty();
  }

  @Test
  void takesTheHostIfItIsFaster() {
    ExchangeWay way = choice(3, slow(Call.COPY));
    assertThat(way.name()).isEqualTo("host");
    assertThat(way.reason()).startsWith("measured");
  }

  @Test
  void measuresOnce() {
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        AutoExchange exchange = new AutoExchange()) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      DeviceGroup group = group(2, Interference.NONE);
      exchange.begin(group, job);
      long copies = log.count(0, Call.COPY);
      assertThat(copies).isPositive();
      exchange.begin(group, job);
      assertThat(log.count(0, Call.COPY)).isEqualTo(copies);
    }
  }

  @Test
  void doesNotMeasureWhereThereIsNothingToChoose() {
    assertThat(choice(1, Interference.NONE)).isEqualTo(new ExchangeWay("host", "one device"));
    assertThat(log.events()).isEmpty();
  }

  private ExchangeWay choice(int ranks, Interference interference) {
    try (FakeRing ring = new FakeRing(ranks, Interference.NONE);
        AutoExchange exchange = new AutoExchange()) {
      return exchange.begin(group(ranks, interference), ring.job(AttentionMask.NONE, false)).way();
    }
  }

  /** Devices with memory of their own. */
  private DeviceGroup group(int ranks, Interference interference) {
    return new DeviceGroup(
        IntStream.range(0, ranks)
            .mapToObj(rank ->
                new FaultyDevice(
                    new IdleDevice(new DeviceInfo("fake:" + rank, "a device", 0, 1, false)),
                    rank,
                    log,
                    interference))
            .toList());
  }

  private static Interference slow(Call call) {
    return (event, stop) -> {
      if (event.call() == call) {
        LockSupport.parkNanos(SLOW);
      }
    };
  }
}
