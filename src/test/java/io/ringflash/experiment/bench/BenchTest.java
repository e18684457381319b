package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.ForwardingDevice;
import io.ringflash.engine.ShardSize;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.process.ProcessGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BenchTest {
  private static final Repetition QUICK = new Repetition(0, 3, 1);

  @TempDir private Path results;

  /** What a sweep tells. */
  private static final class Log implements BenchListener {
    private final List<String> measured = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private int ended;

    @Override
    public void measured(Measurement measurement) {
      measured.add(measurement.record().subject());
    }

    @Override
    public void wrong(BenchCase benchCase, VerificationReport verification) {
      throw new AssertionError(verification);
    }

    @Override
    public void failed(BenchCase benchCase, String message) {
      failed.add(message);
    }

    @Override
    public void ends(BenchCase benchCase) {
      ended++;
    }
  }

  @Test
  void aRecordAddsUpAndKnowsItsRing() {
    List<Measurement> measurements =
        BenchSession.unsaved(Cases.rings("cpu:1..2"), QUICK, ProcessGroup.alone())
            .run(new Log(), (m, f) -> List.of());

    assertThat(measurements).hasSize(2);
    BenchRecord one = measurements.getFirst().record();
    BenchRecord two = measurements.getLast().record();
    assertThat(one.ringEfficiency()).isNull();
    assertThat(two.ringEfficiency()).isPositive();
    // It may pass 1: the probe has perhaps seen a slower machine than the case.
    double peak = Objects.requireNonNull(measurements.getLast().peakFlopsPerSecond());
    assertThat(two.peakShare())
        .isPositive()
        .isCloseTo(two.tflops() * 1e12 / peak, withinPercentage(1e-6));
    assertThat(two.samples()).isEqualTo(3);
    assertThat(two.verified()).isTrue();
    assertThat(two.medianMillis()).isBetween(two.ciLowMillis(), two.ciHighMillis());
    // The split is that of the sample next to the median, which with three samples is the median.
    assertThat(
            Stream.of(two.kernelMillis(), two.exposedMillis(), two.hostMillis())
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .sum())
        .isCloseTo(two.medianMillis(), within(1e-6));
  }

  @Test
  void whatFailsDoesNotEndTheSweep() {
    Log log = new Log();
    List<BenchCase> cases = new ArrayList<>(Cases.impossible());
    cases.addAll(Cases.rings("cpu:1..1"));

    List<Measurement> measurements =
        BenchSession.unsaved(cases, QUICK, ProcessGroup.alone()).run(log, (m, f) -> List.of());
    assertThat(measurements).hasSize(1);
    assertThat(log.failed).singleElement().asString().contains("attn-type of cpu:0");
    assertThat(log.ended).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatOneRingLacksDoesNotEndTheSweep(RuntimeException failure) {
    Log log = new Log();
    Bench.RingOpener opener =
        benchCase ->
            switch (benchCase.ring().size()) {
              case 1 -> throw failure;
              case 2 -> lacking(failure);
              default -> RingFlashAttention.on(benchCase.ring().toString());
            };

    List<Measurement> measurements =
        new Bench(opener, QUICK, log, ProcessGroup.alone(), List.of()).run(Cases.rings("cpu:1..3"));
    assertThat(measurements).extracting(m -> m.record().ranks()).containsExactly(3);
    assertThat(log.failed).containsExactly(failure.getMessage(), failure.getMessage());
    assertThat(log.ended).isEqualTo(3);
  }

  static List<RuntimeException> failures() {
    return List.of(
        new EngineUnavailableException("no library"),
        new IllegalArgumentException("no such kernel"),
        new IllegalStateException("the library failed"),
        new UnsupportedOperationException("too old a library"));
  }

  /** One device, on which nothing can be computed. */
  private static RingFlashAttention lacking(RuntimeException failure) {
    AttentionDevice cpu = new CpuEngine(1).open(List.of(0)).getFirst();
    return new RingFlashAttention(
        new DeviceGroup(
            List.of(
                new ForwardingDevice(cpu) {
                  @Override
                  public long memoryBytes(ShardSize size) {
                    throw failure;
                  }
                })));
  }

  @Test
  void whoeverStopsTheSweepStopsAllOfIt() {
    Bench.RingOpener opener =
        benchCase -> {
          throw new StoppedException();
        };
    Bench bench = new Bench(opener, QUICK, new Log(), ProcessGroup.alone(), List.of());
    assertThatExceptionOfType(StoppedException.class)
        .isThrownBy(() -> bench.run(Cases.rings("cpu:1..2")));
  }

  @Test
  void anInterruptedSweepMeasuresOnlyWhatIsLeft() {
    Log first = new Log();
    saved("cpu:1..1").run(first, (m, f) -> List.of());
    Log second = new Log();
    BenchSession resumed = saved("cpu:1..2");
    assertThat(resumed.measuredBefore()).isOne();
    List<Measurement> all = resumed.run(second, (m, f) -> List.of());

    assertThat(all).hasSize(2);
    assertThat(second.measured).containsExactly(all.getLast().record().subject());
    assertThat(all.getLast().record().ringEfficiency()).isPositive();
    assertThat(resumed.path())
        .isNotNull()
        .satisfies(path -> assertThat(Files.exists(path.resolve("README.md"))).isTrue());
  }

  private BenchSession saved(String rings) {
    return BenchSession.saved(
        Cases.rings(rings), QUICK, ProcessGroup.alone(), results, "sweep", "bench");
  }
}
