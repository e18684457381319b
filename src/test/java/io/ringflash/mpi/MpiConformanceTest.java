package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conformance sample on several processes, some of which have one device more. */
@EnabledIf("io.ringflash.mpi.MpiRun#available")
class MpiConformanceTest {
  private static final int CASES = 40;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "1, 3, SHARED_MEMORY",
    "2, 2, SHARED_MEMORY",
    "3, 1, TCP",
    "4, 2, SHARED_MEMORY",
    "8, 1, TCP"
  })
  void keepsTheAccuracyRuleAndTheBits(int processes, int devices, Link link) throws Exception {
    Outcome outcome =
        new MpiRun(link, directory)
            .run(
                processes,
                ConformanceJob.class,
                List.of(String.valueOf(devices), String.valueOf(CASES)));
    assertThat(outcome.messages()).isEmpty();
    assertThat(outcome.out()).startsWith(CASES + " cases passed");
    assertThat(outcome.code()).isZero();
  }
}
