package io.ringflash.experiment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.ringflash.experiment.VerificationReport;
import io.ringflash.ring.process.ProcessGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
