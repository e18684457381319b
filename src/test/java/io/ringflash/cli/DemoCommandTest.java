package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @Test
  void itsLastLineIsACommandThatWorks(@TempDir Path directory) throws IOException {
    Invocation demo = Invocation.of("demo", "--out", directory.toString());

    assertThat(demo.err()).isEmpty();
    assertThat(demo.code()).isEqualTo(ExitCode.DONE);
    assertThat(demo.out())
        .contains("Contiguous sharding", "Zigzag sharding", "step 3", "passed (worst row:");
    String next = demo.out().lines().reduce((first, second) -> second).orElseThrow().strip();
    assertThat(next).startsWith("ringflash run --q ");

    Invocation run = Invocation.ofLine(next.substring("ringflash".length()));

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(new Workspace(directory).names())
        .containsExactly(
            "joint_k.npy",
            "joint_v.npy",
            "k.npy",
            "lse.npy",
            "my_out.npy",
            "out.npy",
            "q.npy",
            "v.npy");
  }
}
