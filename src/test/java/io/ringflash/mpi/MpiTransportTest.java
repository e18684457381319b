package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages in pieces, and what becomes of an error of MPI's. */
@EnabledIf("io.ringflash.mpi.MpiRun#available")
class MpiTransportTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void longMessagesTravelInPieces(Link link) throws Exception {
    Outcome outcome =
        new MpiRun(link, directory)
            .run(
                2,
                Class.forName("io.ringflash.ring.mpi.TransportJob"),
                List.of("10000019", "300000"));
    assertThat(outcome.out().lines())
        .contains("0 received 10000019", "1 received 10000019")
        .anyMatch(line ->
            line.contains("process 1: receiving 4 bytes from process 0 failed: MPI_ERR_TRUNCATE"));
    assertThat(outcome.code()).isZero();
  }
}
