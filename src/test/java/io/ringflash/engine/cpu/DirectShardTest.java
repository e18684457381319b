package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.engine.cpu.DirectShard.Run;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectShardTest {
  @ParameterizedTest
  @CsvSource({"0, 2", "1, 1", "1, 64", "7, 2", "128, 1", "128, 2", "128, 3", "128, 500"})
  void runsHoldEveryStretchOnceInOrder(int stretches, int threads) {
    int next = 0;
    for (Run run : DirectShard.runs(stretches, threads)) {
      assertThat(run.from()).isEqualTo(next);
      assertThat(run.to()).isGreaterThan(next);
      next = run.to();
    }
    assertThat(next).isEqualTo(stretches);
  }

  @ParameterizedTest
  @CsvSource({"128, 1", "128, 2", "128, 3", "1000, 16"})
  void runsBecomeShorterDownToOneStretch(int stretches, int threads) {
    List<Run> runs = DirectShard.runs(stretches, threads);
    int rest = stretches;
    for (Run run : runs) {
      assertThat(run.to() - run.from()).isLessThanOrEqualTo(Math.ceilDiv(rest, 2 * threads));
      rest -= run.to() - run.from();
    }
    assertThat(runs.getLast().to() - runs.getLast().from()).isOne();
  }
}
