package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conformance sample on several processes, some of which have one device more. */
@EnabledIf("io.ringflash.mpi.MpiRun#available")
class MpiConformanceTest {
  private static final int CASES = 40;

  @TempDir Path directory;

  /** Small cases: each process is a JVM, which would take longer to compile the vector kernels. */
  @ParameterizedTest
  @CsvSource({"1, 3, SHARED_MEMORY", "3, 1, TCP", "4, 2, SHARED_MEMORY", "8, 1, TCP"})
  void keepsTheAccuracyRuleAndTheBits(int processes, int devices, Link link) throws Exception {
    requirePassed(processes, devices, new MpiRun(link, directory).withoutVectors(), "small");
  }

  @Test
  void vectorKernelsKeepThem() throws Exception {
    requirePassed(2, 2, new MpiRun(Link.SHARED_MEMORY, directory));
  }

  @Tag("soak")
  @ParameterizedTest
  @CsvSource({"1, 3, SHARED_MEMORY", "3, 1, TCP", "4, 2, SHARED_MEMORY", "8, 1, TCP"})
  void vectorKernelsKeepThemInEveryJob(int processes, int devices, Link link) throws Exception {
    requirePassed(processes, devices, new MpiRun(link, directory));
  }

  private static void requirePassed(int processes, int devices, MpiRun job, String... kind)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("" + devices, "" + CASES));
    arguments.addAll(List.of(kind));
    Outcome outcome = job.run(processes, ConformanceJob.class, arguments);
    assertThat(outcome.messages()).isEmpty();
    assertThat(outcome.out()).startsWith(CASES + " cases passed");
    assertThat(outcome.code()).isZero();
  }
}
