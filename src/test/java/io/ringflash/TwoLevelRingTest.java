package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.AttentionShape;
import io.ringflash.conformance.CaseData;
import io.ringflash.conformance.ConformanceCase;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DamagedBlockException;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.ProcessReport;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingException;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.process.FakeNetwork;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rings of several processes, which are threads of this JVM, on the embedded engine. */
class TwoLevelRingTest {
  private static final int CASES = 60;
  private static final List<List<Integer>> PLACEMENTS =
      List.of(
          List.of(1, 1), List.of(2, 2), List.of(3, 1, 2), List.of(1, 2, 1, 3), List.of(2, 2, 2, 2));

  static Stream<ConformanceCase> cases() {
    return IntStream.range(0, CASES).mapToObj(seed -> ConformanceCase.random(seed, 16));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void keepsTheAccuracyRule(ConformanceCase test) {
    List<Integer> devices = PLACEMENTS.get((int) (test.seed() % PLACEMENTS.size()));
    onEach(
        devices,
        attention -> {
          try (Arena arena = Arena.ofShared()) {
            CaseData data = new CaseData(arena, test);
            data.check(data.run(attention, AttnType.AUTO));
            return null;
          }
        });
  }

  @Test
  void deterministicBitsAreThoseOfOneProcess() {
    Tensor q = TestTensors.normal(DType.FP32, 1, 2, 1100, 2, 8);
    Tensor k = TestTensors.normal(DType.FP32, 2, 2, 1300, 1, 8);
    Tensor v = TestTensors.normal(DType.FP32, 3, 2, 1300, 1, 8);
    for (Sharding sharding : Sharding.values()) {
      AttentionOptions.Builder options =
          AttentionOptions.builder().causal(true).sharding(sharding).deterministic(true);
      AttentionResult expected;
      try (RingFlashAttention one = Rings.of(1)) {
        expected = one.forward(q, k, v, options.deviceSpeeds(Rings.speeds(1)).build());
      }
      for (List<Integer> devices : PLACEMENTS) {
        onEach(
            devices,
            attention -> {
              double[] speeds = Rings.speeds(attention.ring().ranks());
              AttentionOptions own =
                  AttentionOptions.builder()
                      .causal(true)
                      .sharding(sharding)
                      .deterministic(true)
                      .deviceSpeeds(speeds)
                      .build();
              AttentionResult actual = attention.forward(q, k, v, own);
              actual
                  .queries()
                  .forEach(slice ->
                      TestTensors.requireSameBits(
                          sharding + " on " + devices,
                          TestTensors.copy(
                              expected
                                  .out()
                                  .slice(1, slice.start(), slice.length(), slice.stride())),
                          TestTensors.copy(
                              actual
                                  .out()
                                  .slice(1, slice.start(), slice.length(), slice.stride()))));
              return null;
            });
      }
    }
  }

  /** The first process's report is of all ranks, and says what crossed each boundary. */
  @Test
  void oneReportOfAllProcesses() {
    List<Integer> devices = List.of(2, 1, 2);
    Tensor x = TestTensors.normal(DType.FP16, 1, 1, 100, 2, 8);
    List<RingReport> reports =
        onEach(
            devices, attention -> attention.forward(x, x, x, AttentionOptions.defaults()).report());

    RingReport report = reports.getFirst();
    assertThat(report.ranks().stream().map(RankReport::device))
        .containsExactly("0/cpu:0", "0/cpu:1", "1/cpu:0", "2/cpu:0", "2/cpu:1");
    assertThat(report.ranks().stream().map(RankReport::rank)).containsExactly(0, 1, 2, 3, 4);
    assertThat(report.ranks()).allMatch(rank -> rank.steps().size() == 5);
    assertThat(report.processes().stream().map(ProcessReport::host))
        .containsExactly("host0", "host1", "host2");
    assertThat(report.processes().get(1).received().stream().map(ProcessReport.Arrival::block))
        .containsExactly(0, 1, 3, 4);
    assertThat(report.processes().get(1).received())
        .allMatch(arrival ->
            arrival.bytes() == 20 * 2 * 8 * 2 * 2
                && arrival.startNanos() >= 0
                && arrival.endNanos() >= arrival.startNanos()
                && arrival.endNanos() <= report.nanos());
    assertThat(reports.get(2).ranks()).hasSize(2);
  }

  /** Every byte of K and V crosses each boundary once, plus a checksum that says that it comes. */
  @Test
  void blocksCrossEachBoundaryOnce() {
    Tensor x = TestTensors.normal(DType.FP32, 1, 1, 60, 1, 4);
    List<Integer> devices = List.of(2, 2, 2);
    try (FakeNetwork network = new FakeNetwork(3)) {
      onEach(
          network, devices, attention -> attention.forward(x, x, x, AttentionOptions.defaults()));
      for (int process = 0; process < 3; process++) {
        int next = (process + 1) % 3;
        for (int block = 0; block < 6; block++) {
          long expected = block / 2 == next ? 0 : 10 * 4 * 4 * 2 + Integer.BYTES;
          assertThat(network.blockBytes(process, next, block)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void blocksAreCheckedWhereTheyArrive() {
    Tensor x = TestTensors.normal(DType.BF16, 1, 1, 60, 1, 4);
    AttentionOptions options = AttentionOptions.builder().checkBlocks(true).build();
    List<RingReport> reports =
        onEach(List.of(2, 1, 2), attention -> attention.forward(x, x, x, options).report());
    assertThat(reports.getFirst().checkNanos()).isPositive();
  }

  @Test
  void aBlockDamagedBetweenProcessesIsAFailure() {
    Tensor x = TestTensors.normal(DType.FP16, 1, 1, 60, 1, 4);
    AttentionOptions options = AttentionOptions.builder().checkBlocks(true).build();
    try (FakeNetwork network = new FakeNetwork(2)) {
      network.damage(0, 1, 0);
      onEach(
          network,
          List.of(1, 1),
          attention -> {
            if (attention.processes().isFirst()) {
              // Waits for the other one's report.
              Thread main = Thread.currentThread();
              Thread.ofVirtual().start(() -> interruptSoon(main));
              assertThatThrownBy(() -> attention.forward(x, x, x, options))
                  .isInstanceOf(StoppedException.class);
            } else {
              assertThatThrownBy(() -> attention.forward(x, x, x, options))
                  .isInstanceOf(RingException.class)
                  .hasCauseInstanceOf(DamagedBlockException.class)
                  .hasMessageStartingWith("rank 1 (cpu:0) failed at step 1: a K/V block arrived");
            }
            return null;
          });
    }
  }

  @Test
  void unequalProblemsAreRefused() {
    Tensor x = TestTensors.normal(DType.FP32, 1, 1, 60, 1, 4);
    Tensor shorter = x.slice(1, 0, 59, 1);
    String message =
        "all processes should have the same problem but the first has %s, fp32 and process 1 on"
            + " host1 has %s, fp32";
    onEach(
        List.of(1, 1),
        attention -> {
          AttentionOptions options = AttentionOptions.defaults();
          if (attention.processes().isFirst()) {
            // The other one leaves; somebody else would end this one.
            Thread main = Thread.currentThread();
            Thread.ofVirtual().start(() -> interruptSoon(main));
            assertThatThrownBy(() -> attention.forward(x, x, x, options))
                .isInstanceOf(StoppedException.class);
          } else {
            assertThatThrownBy(() -> attention.forward(shorter, shorter, shorter, options))
                .hasMessage(
                    message,
                    new AttentionShape(1, 60, 60, 1, 1, 4),
                    new AttentionShape(1, 59, 59, 1, 1, 4));
          }
          return null;
        });
  }

  /** Reading memory that has been freed would end the JVM. */
  @Test
  void tensorsOfAFailedRunAreKeptForTransfersThatDoNotEnd() {
    AttentionOptions refused = AttentionOptions.builder().attnType(AttnType.TENSOR).build();
    try (FakeNetwork network = new FakeNetwork(2)) {
      network.hold(0);
      network.hold(1);
      onEach(
          network,
          List.of(1, 1),
          attention -> {
            MemorySegment.Scope memory =
                memoryOf(
                    attention,
                    x ->
                        assertThatThrownBy(() -> attention.forward(x, x, x, refused))
                            .isInstanceOf(IllegalArgumentException.class));
            assertThat(memory.isAlive()).isTrue();
            return null;
          });
    }
  }

  @Test
  void tensorsOfOtherRunsAreFreed() {
    onEach(
        List.of(1, 1),
        attention -> {
          MemorySegment.Scope memory =
              memoryOf(attention, x -> attention.forward(x, x, x, AttentionOptions.defaults()));
          assertThat(memory.isAlive()).isFalse();
          return null;
        });
  }

  /** The memory that a tensor of {@code run} was in, after it was closed. */
  private static MemorySegment.Scope memoryOf(RingFlashAttention attention, Consumer<Tensor> run) {
    try (Arena arena = attention.processes().openArena()) {
      run.accept(TestTensors.normal(DType.FP32, 1, 1, 60, 1, 4).copy(arena, DType.FP32));
      return arena.scope();
    }
  }

  @Test
  void oneTensorPerRankIsForOneProcess() {
    Tensor x = TestTensors.normal(DType.FP32, 1, 1, 8, 1, 4);
    onEach(
        List.of(1, 1),
        attention -> {
          assertThatThrownBy(() ->
                  attention.forwardShards(
                      List.of(x), List.of(x), List.of(x), AttentionOptions.defaults()))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining("one process");
          return null;
        });
  }

  private static void interruptSoon(Thread thread) {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }

  private static <T> List<T> onEach(List<Integer> devices, Function<RingFlashAttention, T> work) {
    try (FakeNetwork network = new FakeNetwork(devices.size())) {
      return onEach(network, devices, work);
    }
  }

  private static <T> List<T> onEach(
      FakeNetwork network, List<Integer> devices, Function<RingFlashAttention, T> work) {
    return network.onEach(process -> {
      ProcessGroup processes = new ProcessGroup(network.transport(process));
      try (RingFlashAttention attention =
          new RingFlashAttention(
              cpuDevices(devices.get(process)), HostExchange.create(), processes)) {
        return work.apply(attention);
      }
    });
  }

  private static DeviceGroup cpuDevices(int count) {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine(1));
    String ids =
        IntStream.range(0, count).mapToObj(i -> "cpu:" + i).collect(Collectors.joining(","));
    return DeviceGroup.open(registry, DeviceId.parseList(ids));
  }
}
