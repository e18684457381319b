package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionShape;
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

  /** Few rows a K/V head, of queries or of heads that share it, or more of them on many keys. */
  @ParameterizedTest
  @CsvSource({
    "1, 32768, 32, 8, true",
    "1, 100, 16, 1, true",
    "16, 100, 4, 4, true",
    "17, 100, 4, 4, false",
    "1, 4095, 17, 1, false",
    "1, 4096, 17, 1, true",
    "16, 32768, 32, 8, true",
    "17, 32768, 32, 8, false",
    "0, 100, 4, 4, false"
  })
  void suitsProblemsWhosePackingWouldNotPay(
      long queries, long keys, int heads, int kvHeads, boolean expected) {
    AttentionShape shape = new AttentionShape(1, queries, keys, heads, kvHeads, 64);
    assertThat(DirectShard.suits(shape)).isEqualTo(expected);
  }
}
