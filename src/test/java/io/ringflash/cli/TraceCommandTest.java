package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceCommandTest {
  @TempDir private Path directory;

  @Test
  void aRunIsTracedIntoBothFormats() throws IOException {
    Workspace workspace = new Workspace(directory);
    Path json = workspace.path("t.json");
    Path svg = workspace.path("t.svg");
    Invocation trace =
        Invocation.of(
            "trace",
            "--random",
            "1,64,2,8",
            "--causal",
            "--devices",
            "cpu:0,cpu:1",
            "--out",
            json + "," + svg);

    assertThat(trace.code()).isEqualTo(ExitCode.DONE);
    assertThat(Files.readString(json)).contains("traceEvents", "rank 1, cpu:1", "receive block 0");
    assertThat(Files.readString(svg)).startsWith("<svg").contains("cpu:1");
  }

  @Test
  void runTracesToo() throws IOException {
    Workspace workspace = new Workspace(directory);
    workspace.writeInputs();
    Invocation run =
        workspace.invoke(
            "run --q @q.npy --k @k.npy --v @v.npy --devices cpu:0,cpu:1 --out @out.npy --trace @t.json");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out()).contains("t.json");
    assertThat(Files.readString(workspace.path("t.json"))).contains("traceEvents");
  }

  @Test
  void aTraceNeedsAKnownEndingAndAFileOfItsOwn() throws IOException {
    Workspace workspace = new Workspace(directory);
    workspace.writeInputs();
    String run = "run --q @q.npy --k @k.npy --v @v.npy --devices cpu:0 --out @out.npy --trace ";

    Invocation ending = workspace.invoke(run + "t.txt");
    assertThat(ending.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(ending.err()).contains(".json or .svg");
    assertThat(workspace.names()).doesNotContain("out.npy");
  }
}
