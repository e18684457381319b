package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run --q @q.npy --k @k.npy --v @v.npy --out @out.npy --trace @%s",
        "trace --q @q.npy --k @k.npy --v @v.npy --out @%s",
        "trace --random 1,40,4,8,2 --joint-k @jk.npy --joint-v @k.npy --out @%s",
        "trace --random 1,40,4,8,2 --alibi @k.npy --out @%s"
      })
  void aTraceDoesNotReplaceAnInput(String line) throws IOException {
    Workspace workspace = new Workspace(directory);
    workspace.writeInputs();
    byte[] before = Files.readAllBytes(workspace.path("k.npy"));
    Files.createSymbolicLink(workspace.path("soft.json"), Path.of("k.npy"));
    Files.createLink(workspace.path("hard.svg"), workspace.path("k.npy"));
    for (String trace : List.of("soft.json", "hard.svg")) {
      Invocation run = workspace.invoke(line.formatted(trace));

      assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(run.err()).contains(trace + ": an output should be a file of its own");
      assertThat(run.err().lines()).hasSize(1);
      assertThat(workspace.path("k.npy")).hasBinaryContent(before);
    }
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
