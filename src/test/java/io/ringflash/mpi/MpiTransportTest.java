package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
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
  void longMessagesTravelInPiecesAndErrorsAreNamed(Link link) throws Exception {
    Outcome outcome = exchange(link, 10_000_019, 300_000);
    assertThat(outcome.out().lines())
        .containsExactlyInAnyOrder(
            "0 received 10000019",
            "1 received 10000019",
            "process 1: receiving 4 bytes from process 0 failed:"
                + " MPI_ERR_TRUNCATE: message truncated (code 15)",
            "process 1: receiving 8 bytes from process -5 failed:"
                + " MPI_ERR_RANK: invalid rank (code 6)",
            "process 1: receiving 8 bytes from process 0 failed:"
                + " MPI_ERR_BUFFER: invalid buffer pointer (code 1)",
            "process 0: sending 8 bytes to process 2 failed: MPI_ERR_RANK: invalid rank (code 6)",
            "process 0: sending 8 bytes to process 1 failed: MPI_ERR_TAG: invalid tag (code 4)");
    assertThat(outcome.code()).isZero();
  }

  /** Longer than MPI can count, and than a process's own limit: three pieces. */
  @Tag("soak")
  @ParameterizedTest
  @EnumSource
  void messagesBeyondThirtyTwoBitsArrive(Link link) throws Exception {
    long bytes = (1L << 31) + 200_000_019;
    Outcome outcome = exchange(link, bytes, 1L << 30);
    assertThat(outcome.out().lines()).contains("0 received " + bytes, "1 received " + bytes);
    assertThat(outcome.code()).isZero();
  }

  private Outcome exchange(Link link, long bytes, long longestPiece) throws Exception {
    return new MpiRun(link, directory)
        .run(
            2,
            Class.forName("io.ringflash.ring.mpi.TransportJob"),
            List.of(String.valueOf(bytes), String.valueOf(longestPiece)));
  }
}
