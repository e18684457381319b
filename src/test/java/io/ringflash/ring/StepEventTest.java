package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.faults.Interference;
import io.ringflash.ring.RankReport.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flight recordings say what reports say. */
class StepEventTest {
  @Test
  void everyStepIsRecordedWithTheFactsOfTheReport(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("ring.jfr");
    RingReport report;
    try (FakeRing ring = new FakeRing(3, Interference.NONE);
        Recording recording = new Recording()) {
      recording.enable("io.ringflash.Step").withoutThreshold();
      recording.start();
      report = ring.run(ring.job(AttentionMask.CAUSAL, true));
      recording.stop();
      recording.dump(file);
    }

    List<String> recorded = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      recorded.add(
          line(
              event.getInt("rank"),
              event.getString("device"),
              event.getInt("step"),
              event.getInt("block"),
              event.getLong("bytes"),
              event.getLong("transferTime"),
              event.getLong("waitTime")));
    }
    List<String> reported = new ArrayList<>();
    for (RankReport rank : report.ranks()) {
      for (StepReport step : rank.steps()) {
        reported.add(
            line(
                rank.rank(),
                rank.device(),
                step.step().index(),
                step.step().block(),
                step.bytes(),
                step.transferNanos(),
                step.waitNanos()));
      }
    }
    assertThat(reported).hasSize(3 + 6);
    assertThat(recorded).containsExactlyInAnyOrderElementsOf(reported);
  }

  private static String line(
      int rank, String device, int step, int block, long bytes, long transfer, long wait) {
    return "%d %s %d %d %d %d %d".formatted(rank, device, step, block, bytes, transfer, wait);
  }
}
