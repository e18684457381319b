package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** bench, and what is made of its runs. */
class BenchCommandTest {
  private static final String BENCH =
      "bench --seq 64..128 --heads 2 --head-dim 16 --devices cpu:1..2 --samples 3 --warmup 0";

  @TempDir private Path directory;

  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(directory);
  }

  @Test
  void jsonIsARecordForEachMeasurement() {
    Invocation bench = Invocation.ofLine(BENCH + " --mask full,causal --json");

    assertThat(bench.code()).isEqualTo(ExitCode.DONE);
    JsonNode records = JsonMapper.shared().readTree(bench.out());
    assertThat(records.size()).isEqualTo(2 * 2 * 2);
    for (JsonNode record : records) {
      assertThat(record.get("verified").booleanValue()).isTrue();
      assertThat(record.get("medianMillis").doubleValue()).isPositive();
      assertThat(record.get("engine").stringValue()).isEqualTo("cpu");
    }
  }

  @Test
  void aTableIsForPeopleAndStderrIsEmptyWithoutATerminal() {
    Invocation bench = Invocation.ofLine(BENCH);

    assertThat(bench.out()).contains("devices", "2×cpu", "median ms", "TFLOP/s", "efficiency");
    assertThat(bench.err()).isEmpty();
  }

  @Test
  void aKeptRunBecomesAPageAndIsComparedWithItself() throws IOException {
    String keep = BENCH + " --save mine --results @results";
    assertThat(workspace.invoke(keep).code()).isEqualTo(ExitCode.DONE);
    Path run;
    try (var folders = Files.list(workspace.path("results"))) {
      run = folders.findFirst().orElseThrow();
    }
    assertThat(run).isDirectoryContaining("glob:**README.md").isDirectoryContaining("glob:**.svg");

    Invocation again = workspace.invoke(keep);
    assertThat(again.err()).contains("4 of 4 cases were measured before");

    Invocation report = workspace.invoke("report " + run + " --out @report.html");
    assertThat(report.code()).isEqualTo(ExitCode.DONE);
    assertThat(Files.readString(workspace.path("report.html"))).startsWith("<!DOCTYPE html>");

    Invocation compare =
        Invocation.of("compare", run.toString(), run.toString(), "--fail-if-slower", "5%");
    assertThat(compare.code()).isEqualTo(ExitCode.DONE);
    assertThat(compare.out()).contains("1.000");
  }

  @Test
  void whatOneKernelCannotDoIsSaidAndTheRestIsDone() {
    Invocation bench =
        Invocation.ofLine(
            "bench --seq 64..128 --heads 2 --head-dim 16 --devices cpu:0 --samples 3 --warmup 0"
                + " --attn-type tensor,scalar -o jsonl --quiet");

    assertThat(bench.code()).isEqualTo(ExitCode.FAILED);
    assertThat(bench.out().lines()).hasSize(2);
    assertThat(bench.err().lines()).hasSize(2);
    assertThat(bench.err()).contains("but got 'tensor'");
  }

  @Test
  void whatTheHostHasNoRoomForIsSaidAndTheRestIsDone() {
    Invocation bench =
        Invocation.ofLine(
            "bench --seq 64,2147483647 --heads 64 --head-dim 256 --devices cpu:0 --samples 3"
                + " --warmup 0 -o jsonl --quiet");

    assertThat(bench.code()).isEqualTo(ExitCode.FAILED);
    assertThat(bench.out().lines()).hasSize(1);
    assertThat(bench.err().lines()).hasSize(1);
    assertThat(bench.err()).contains("the host should have 422 TB of free memory");
  }

  @Test
  void anEngineThatIsMissingCostsItsOwnCasesOnly() throws Exception {
    Invocation bench =
        TestEngines.offer(
            directory,
            () ->
                Invocation.ofLine(
                    "bench --seq 64..128 --heads 2 --head-dim 16 --samples 3 --warmup 0"
                        + " --devices cpu:0 --devices missing:0 -o jsonl"));

    assertThat(bench.code()).isEqualTo(ExitCode.FAILED);
    assertThat(bench.out().lines()).hasSize(2);
    assertThat(bench.err().lines()).hasSize(2).allMatch(line -> line.contains("no driver"));
  }

  @Test
  void whatCannotBeKeptIsSaidInWords() throws IOException {
    Files.writeString(workspace.path("file"), "no folder");
    Invocation bench = workspace.invoke(BENCH + " --save mine --results @file");

    assertThat(bench.code()).isEqualTo(ExitCode.FAILED);
    assertThat(bench.err().lines()).hasSize(1);
    assertThat(bench.err()).contains(workspace.path("file") + " cannot be written: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--seq 1k..3k | 1k..3k",
        "--heads 4 --kv-heads 3 | 4 and 3",
        "--mask diagonal | diagonal",
        "--causal --mask full | --causal",
        "--preset llama9 | llama3-8b",
        "--devices cpu:4..2 | cpu:4..2",
        "--samples 0 | samples",
        "--joint -5 | joint tokens should be at least 0 but got -5",
        "--exchange pigeon | pigeon",
        "-o xml | jsonl",
        "--save a/b | a/b"
      })
  void badInputIsNamed(String options, String named) {
    Invocation bench = Invocation.ofLine("bench --devices cpu:0 " + options);

    assertThat(bench.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(bench.err().lines()).hasSize(1);
    assertThat(bench.err()).contains(named);
    assertThat(bench.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"bad\":1} | line 2 has no engine",
        "{\"engine\":\"cpu\",\"attnType\":\"auto\",\"dtype\":\"fp32\"} | line 2 has no positive batch",
        "null | line 2 has no object",
        "[1] | line 2: Cannot deserialize",
        "{\"engine\": | line 2: Unexpected end-of-input"
      })
  void whatIsNoRecordIsNamed(String line, String named) throws IOException {
    Path good = records("good.jsonl", 10);
    Path bad = Files.writeString(workspace.path("bad.jsonl"), record(10) + "\n" + line + "\n");
    Path folder = samples("folder", 10);
    Files.writeString(
        folder.resolve("measurements.jsonl"), "{\"record\":%s}\n".formatted(record(10)));
    for (String command :
        List.of("compare " + good + " " + bad, "report " + bad + " --out @page.html")) {
      assertIsRefused(command, "bad.jsonl should hold measurements");
      assertIsRefused(command, named);
    }
    assertIsRefused("compare " + good + " " + folder, "measurements.jsonl should hold");
    assertIsRefused("compare " + good + " " + folder, "line 1 has no sampleMillis");
    assertThat(workspace.path("page.html")).doesNotExist();
  }

  @Test
  void aPageDoesNotReplaceItsMeasurements() throws IOException {
    Path records = records("records.jsonl", 10);
    Path folder = samples("run", 10);
    Files.createLink(workspace.path("hard.html"), records);
    Files.createSymbolicLink(workspace.path("soft.html"), folder.resolve("measurements.jsonl"));
    for (String out : List.of("records.jsonl", "hard.html", "soft.html", "run/run.json")) {
      assertIsRefused("report @run @records.jsonl --out @" + out, "a file of its own");
    }
    assertThat(records).hasContent(record(10));
  }

  @Test
  void aPageNeedsAFolder() throws IOException {
    records("records.jsonl", 10);
    assertIsRefused(
        "report @records.jsonl --out @nowhere/page.html", "nowhere/page.html: folder should exist");
  }

  private void assertIsRefused(String line, String message) {
    Invocation refused = workspace.invoke(line);

    assertThat(refused.code()).as(line).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err()).contains(message);
  }

  @Test
  void aSlowerRunFailsAGate() throws IOException {
    Path before = samples("before", 10);
    Path after = samples("after", 12);

    Invocation compare = gate(before, after, "5%");
    assertThat(compare.code()).isEqualTo(ExitCode.FAILED);
    assertThat(compare.err()).contains("20.0 % slower");
    assertThat(gate(before, after, "25%").code()).isEqualTo(ExitCode.DONE);
    assertThat(gate(after, before, "5%").code()).isEqualTo(ExitCode.DONE);
    assertThat(gate(before, after, "5").code()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void aGateNeedsSamples() throws IOException {
    Path before = records("before.jsonl", 10);
    Path after = records("after.jsonl", 20);

    assertThat(gateIsRefused(before, after)).contains("before.jsonl", "after.jsonl", "1 of 1");
    assertThat(gateIsRefused(samples("before", 10), after)).contains("raw samples");
    assertThat(Invocation.of("compare", before.toString(), after.toString()).code())
        .isEqualTo(ExitCode.DONE);
  }

  /**
   * @return the line that says why
   */
  private static String gateIsRefused(Path first, Path second) {
    Invocation compare = gate(first, second, "5%");
    assertThat(compare.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(compare.out()).isEmpty();
    assertThat(compare.err().lines()).hasSize(1);
    return compare.err();
  }

  private static Invocation gate(Path first, Path second, String tolerance) {
    return Invocation.of(
        "compare", first.toString(), second.toString(), "--fail-if-slower", tolerance);
  }

  /** A run of one measurement with ten samples around {@code millis}. */
  private Path samples(String name, double millis) throws IOException {
    Path folder = Files.createDirectories(workspace.path(name));
    Files.writeString(
        folder.resolve("run.json"),
        """
        {"date":"2026-11-25T22:17:00","command":"","commit":"","machine":"","cores":2,
         "memoryBytes":1,"os":"","jvm":"","devices":[]}
        """);
    List<Double> samples = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      samples.add(millis + i * 0.01);
    }
    Files.writeString(
        folder.resolve("measurements.jsonl"),
        "{\"record\":%s,\"sampleMillis\":%s}\n".formatted(record(millis), samples));
    return folder;
  }

  /** The same measurement as a file of records keeps it. */
  private Path records(String name, double millis) throws IOException {
    return Files.writeString(workspace.path(name), record(millis) + "\n");
  }

  private static String record(double millis) {
    return """
    {"engine":"cpu","attnType":"auto","devices":"cpu:0","threads":2,"dtype":"fp32",
    "batch":1,"heads":1,"kvHeads":1,"seqQ":1,"seqK":1,"headDim":1,"causal":false,
    "medianMillis":%s,"tflops":1,"verified":true}
    """
        .formatted(millis)
        .replace("\n", "");
  }
}
