package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.DeviceInfo;
import io.ringflash.engine.StopSignal;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.CallLog.Call;
import io.ringflash.faults.CallLog.Event;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.IdleDevice;
import io.ringflash.faults.Interference;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** Every rank folds the same block at the same time, so that no device has it for another. */
  @Test
  void doesNotMeasureForADeterministicRun() {
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        AutoExchange exchange = new AutoExchange()) {
      DeviceGroup group = group(2, Interference.NONE);
      RingJob job = ring.job(AttentionMask.NONE, false);
      ExchangeWay way = exchange.begin(group, deterministic(job)).way();
      assertThat(way.name()).isEqualTo("host");
      assertThat(way.reason()).startsWith("deterministic");
      assertThat(log.events()).isEmpty();

      assertThat(exchange.begin(group, job).way().reason()).startsWith("measured");
    }
  }

  /** A run was found to fit because each device has room for two of its blocks. */
  @Test
  void measuresWithBlocksThatFitWhereThoseOfTheRunDo() {
    LongAccumulator largest = new LongAccumulator(Math::max, 0);
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        AutoExchange exchange = new AutoExchange()) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      exchange.begin(group(2, sizes(largest)), job);
      assertThat(largest.get()).isEqualTo(job.blocks().getFirst().byteSize());
    }
    assertThat(log.mostBuffers(0)).isEqualTo(2);
  }

  @Test
  void measuresAnewForMuchLargerBlocks() {
    LongAccumulator largest = new LongAccumulator(Math::max, 0);
    try (FakeRing ring = new FakeRing(2, Interference.NONE);
        AutoExchange exchange = new AutoExchange()) {
      DeviceGroup group = group(2, sizes(largest));
      exchange.begin(group, ring.job(AttentionMask.NONE, false));
      RingJob larger = ring.job(halves(1000), halves(1000), AttentionMask.NONE, false);
      assertThat(exchange.begin(group, larger).way().reason()).startsWith("measured");
      assertThat(largest.get()).isEqualTo(larger.blocks().getFirst().byteSize());
    }
    assertThat(log.leftOpen(0)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"PREPARE", "ALLOCATE", "LOAD", "COPY"})
  void aDeviceThatFailsMeanwhileIsNamed(Call call) {
    Interference boom =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == call) {
            throw new IllegalStateException("boom");
          }
        };
    assertThatThrownBy(() -> choice(3, boom))
        .isInstanceOf(RingException.class)
        .hasMessage("rank 1 (fake:1) failed at step 0: boom");
    requireAllClosed(3);
  }

  /** Who copies from it may be about to begin. */
  @RepeatedTest(30)
  void nobodyCopiesFromADeviceThatHasFailed() {
    Interference boom =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == Call.COPY) {
            throw new IllegalStateException("boom");
          }
          if (event.rank() == 1 && event.call() == Call.CLOSE_SHARD) {
            LockSupport.parkNanos(SLOW);
          }
        };
    assertThatThrownBy(() -> choice(3, boom)).hasMessage("rank 1 (fake:1) failed at step 0: boom");
    requireAllClosed(3);
  }

  /** The one that it copies from keeps its memory until then. */
  @ParameterizedTest
  @EnumSource(names = {"ALLOCATE", "LOAD", "COPY"})
  void aDeviceThatDoesNotComeBackIsNamed(Call call) {
    CountDownLatch released = new CountDownLatch(1);
    Interference hang =
        (event, stop) -> {
          if (event.rank() == 1 && event.call() == call) {
            Waiting.await(released);
          }
        };
    try (FakeRing ring = new FakeRing(3, Interference.NONE);
        AutoExchange exchange = new AutoExchange(new FastTime())) {
      RingJob job = ring.job(AttentionMask.NONE, false);
      assertThatThrownBy(() -> exchange.begin(group(3, hang), job))
          .isInstanceOf(RingException.class)
          .hasMessageStartingWith("rank 1 (fake:1) failed at step 0: ")
          .hasCauseInstanceOf(DeviceStalledException.class);
      released.countDown();
      Waiting.until(() -> FakeRing.rankThread(-1) == null);
      requireAllClosed(3);
    }
  }

  private void requireAllClosed(int ranks) {
    assertThat(log.violations()).isEmpty();
    for (int rank = 0; rank < ranks; rank++) {
      assertThat(log.leftOpen(rank)).isEmpty();
    }
  }

  private static List<List<PositionSlice>> halves(long tokens) {
    return Sharding.CONTIGUOUS.shard(tokens, new double[] {1, 1});
  }

  private static RingJob deterministic(RingJob job) {
    return new RingJob(
        job.problem(),
        job.queries(),
        job.blocks(),
        job.joint(),
        job.schedule(),
        job.attnType(),
        job.processor(),
        job.checkBlocks(),
        true);
  }

  /** Looks at what is allocated. */
  private static Interference sizes(LongAccumulator largest) {
    return new Interference() {
      @Override
      public void during(Event event, StopSignal stop) {}

      @Override
      public void allocating(Event event, long bytes) {
        largest.accumulate(bytes);
      }
    };
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
