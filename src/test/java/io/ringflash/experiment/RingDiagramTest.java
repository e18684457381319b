package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.BlockMask;
import io.ringflash.ring.ExchangeWay;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RankReport.StepReport;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.RingSchedule.Step;
import io.ringflash.ring.Sharding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingDiagramTest {
  @Test
  void aLineADeviceAColumnAStep() {
    var shards = Sharding.CONTIGUOUS.shard(4, 1, 1);
    RingSchedule schedule = RingSchedule.ring(shards, shards, AttentionMask.CAUSAL, 0);
    RankReport first =
        rank(0, List.of(new Step(-1, -1, BlockMask.FULL, List.of()), schedule.steps(0).get(0)));
    RankReport second = rank(1, schedule.activeSteps(1));
    RingReport report = new RingReport(schedule, List.of(first, second), 1, ExchangeWay.HOST);

    String diagram =
        new RingDiagram(Symbols.in(StandardCharsets.UTF_8)).render(report, new double[] {0.3, 0.7});

    assertThat(diagram)
        .isEqualTo(
            """
            device  joint  step 0  step 1  received   busy  work
            cpu:0   ■      ◪ 0     ·         2.0 kB  20 ms  30 %
            cpu:1          ◪ 1     ■ 0       2.0 kB  20 ms  70 %\
            """
                .indent(1)
                .stripTrailing());
  }

  private static RankReport rank(int rank, List<Step> steps) {
    List<StepReport> reports = new ArrayList<>();
    for (Step step : steps) {
      reports.add(new StepReport(step, 2, 1000, 0, 0, 0, 0, 10_000_000));
    }
    return new RankReport(rank, "cpu:" + rank, "vector", 2, 0, 0, reports, 0, 0);
  }
}
