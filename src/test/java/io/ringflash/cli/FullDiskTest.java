package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Outputs on a file system of so many bytes, which is there for one process only: {@code out} takes
 * 40,960 bytes, {@code lse} 5,120, and each a header.
 */
class FullDiskTest {
  /** Mounts {@code full}, runs the program there, and takes out what is left. */
  private static final String ON_SMALL_DISK =
      """
      unshare --map-root-user --mount sh -c '
        mount -t tmpfs -o size=%dk none full && echo old >full/lse.npy || exit 125
        "$@"
        code=$?
        cp -a full/. left
        exit $code' sh "$@"
      """;

  private Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeInput(@TempDir Path parent) throws Exception {
    directory = Files.createDirectory(parent.resolve("work"));
    Files.createDirectory(directory.resolve("full"));
    String mount = "unshare --map-root-user --mount mount -t tmpfs none full";
    Process trial = new ProcessBuilder("sh", "-c", mount).directory(directory.toFile()).start();
    assumeTrue(trial.waitFor() == 0, "needs to mount a file system");
    workspace = new Workspace(directory);
    workspace.write("x.npy", workspace.range(DType.FP32, 1, 640, 2, 8));
  }

  @Test
  void isSeenBeforeTheComputation() throws Exception {
    Invocation end = run(44, "full/out.npy");
    assertThat(end.err())
        .isEqualTo(
            "ringflash: full/lse.npy: outputs need 46.1 kB on this disk and 41.0 kB are free");
    assertThat(end.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(left()).containsExactly("lse.npy");
  }

  @Test
  void theDiskIsThatOfALinksTarget() throws Exception {
    Files.createSymbolicLink(directory.resolve("link.npy"), Path.of("full/out.npy"));
    Invocation end = run(44, "link.npy");
    assertThat(end.err()).contains("outputs need 46.1 kB on this disk and 41.0 kB are free");
    assertThat(end.code()).isEqualTo(ExitCode.BAD_INPUT);
  }

  /** The bytes fit, but not the pages that two files take: the second one ends halfway. */
  @Test
  void leavesWholeFiles() throws Exception {
    Invocation end = run(52, "full/out.npy");
    assertThat(end.err())
        .isEqualTo("ringflash: full/lse.npy: should be writable but got: No space left on device");
    assertThat(end.code()).isEqualTo(ExitCode.FAILED);
    assertThat(left()).containsExactly("lse.npy", "out.npy");
    assertThat(directory.resolve("left/lse.npy")).hasContent("old");
    assertThat(new Workspace(directory.resolve("left")).read("out.npy").shape())
        .containsExactly(1, 640, 2, 8);
  }

  private Invocation run(int kilobytes, String out) throws IOException, InterruptedException {
    String[] arguments =
        "run --q x.npy --k x.npy --v x.npy --out %s --lse full/lse.npy --devices cpu:0"
            .formatted(out)
            .split(" ");
    try (ProgramProcess program =
        ProgramProcess.start(directory, ON_SMALL_DISK.formatted(kilobytes), arguments)) {
      return program.end();
    }
  }

  private Iterable<String> left() throws IOException {
    return new Workspace(directory.resolve("left")).names();
  }
}
