package io.ringflash.experiment.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringflash.experiment.Json;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.bench.Records;
import io.ringflash.experiment.bench.SavedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The constants behind synthetic measurements are found again. */
class CalibrationTest {
  private static final Constants TRUTH =
      new Constants(new Costs(220e9, 90, 30e-6, 200e-6, 1 / 3e9, 1.07), new Link(4e9, 0), null);

  @Test
  void predictionsOfWhatTheSimulationMadeAreRight() {
    CalibrationReport report =
        Calibration.of(List.of(synthetic())).orElseThrow().fit(Progress.NONE);

    assertThat(report.groups())
        .singleElement()
        .satisfies(
            group -> assertThat(group.flopsPerSecond()).isCloseTo(220e9, within(220e9 * 0.03)));
    assertThat(report.maxError()).isLessThan(0.03);
    assertThat(report.heldOutMaxError()).isLessThan(0.1);
  }

  @Test
  void fewMeasurementsAreNotFittedTo() {
    SavedRun few = new SavedRun("few", null, synthetic().measurements().subList(0, 5));
    assertThat(Calibration.of(List.of(few))).isEmpty();
  }

  /** What disturbs some of the turns, however much, does not count. */
  @Test
  void aCaseMeasuredSeveralTimesIsOne() {
    SavedRun quiet = synthetic();
    SavedRun disturbed = new SavedRun("disturbed", null, slower(quiet));
    CalibrationReport report =
        Calibration.of(List.of(disturbed, quiet, quiet, quiet)).orElseThrow().fit(Progress.NONE);

    assertThat(report.predictions()).hasSameSizeAs(quiet.measurements());
    assertThat(report.predictions().getFirst().run()).isEqualTo("disturbed, synthetic");
    assertThat(report.maxError()).isLessThan(0.03);
  }

  private static List<Measurement> slower(SavedRun run) {
    return run.records().stream()
        .map(r -> record(r.ranks(), r.seqQ(), r.causal(), 3 * r.medianMillis()))
        .map(r -> Records.measurement(r, null))
        .toList();
  }

  private static SavedRun synthetic() {
    List<BenchRecord> records = new ArrayList<>();
    for (int ranks = 1; ranks <= 4; ranks++) {
      for (long tokens = 512; tokens <= 8192; tokens *= 2) {
        for (boolean causal : new boolean[] {false, true}) {
          records.add(measured(ranks, tokens, causal));
        }
      }
    }
    return new SavedRun(
        "synthetic",
        null,
        records.stream().map(record -> Records.measurement(record, null)).toList());
  }

  private static BenchRecord measured(int ranks, long tokens, boolean causal) {
    BenchRecord untimed = record(ranks, tokens, causal, 1);
    double seconds = Observation.of("", List.of(untimed), null).predictedSeconds(TRUTH);
    return record(ranks, tokens, causal, seconds * 1e3);
  }

  private static BenchRecord record(int ranks, long tokens, boolean causal, double millis) {
    String devices = String.join(",", IntStream.range(0, ranks).mapToObj(i -> "cpu:" + i).toList());
    double tflops = 4.0 * tokens * tokens * 8 * 64 / (causal ? 2 : 1) / (millis * 1e9);
    String fields =
        """
        {"engine":"cpu","attnType":"auto","devices":"%s","threads":2,"dtype":"fp32","batch":1,
         "heads":8,"kvHeads":8,"seqQ":%d,"seqK":%d,"headDim":64,"causal":%b,"window":"none",
         "sharding":"zigzag","exchange":"host","medianMillis":%s,"tflops":%s,"verified":true,
         "kernel":"vector"}
        """;
    return Json.parse(
        fields.formatted(devices, tokens, tokens, causal, millis, tflops), BenchRecord.class);
  }
}
