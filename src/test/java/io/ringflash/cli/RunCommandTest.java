package io.ringflash.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.JointStrategy;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunCommandTest {
  private static final String QKV = "run --q @q.npy --k @k.npy --v @v.npy ";

  private Workspace workspace;
  private AttentionInputs inputs;

  @BeforeEach
  void writeInputs(@TempDir Path directory) throws IOException {
    workspace = new Workspace(directory);
    inputs = workspace.writeInputs();
  }

  @Test
  void writesOutAndLse() throws IOException {
    Invocation run =
        workspace.invoke(QKV + "--out @out.npy --lse @lse.npy --causal --devices cpu:0,cpu:1");

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    AttentionResult expected = expected(AttentionOptions.builder().causal(true));
    assertSame(workspace.read("out.npy"), expected.out());
    assertSame(workspace.read("lse.npy"), expected.lse().orElseThrow());
    assertThat(run.out())
        .contains("kernel scalar (picked by auto) on cpu:0, cpu:1")
        .contains("3 of 4 blocks computed")
        .contains("wrote " + workspace.path("out.npy"));
  }

  @Test
  void aSafetensorsFileReceivesBoth() throws IOException {
    workspace.writeAll(
        "qkv.safetensors", Map.of("q", inputs.q(), "k", inputs.k(), "v", inputs.v()));

    Invocation run = workspace.invoke("run --input @qkv.safetensors --out @out.safetensors");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    AttentionResult expected = expected(AttentionOptions.builder());
    assertSame(workspace.read("out.safetensors", "out"), expected.out());
    assertSame(workspace.read("out.safetensors", "lse"), expected.lse().orElseThrow());
  }

  @Test
  void everyScoreOptionReachesTheEngine() throws IOException {
    workspace.write("slopes.npy", workspace.range(DType.FP32, 4));

    Invocation run =
        workspace.invoke(
            QKV
                + "--out @out.npy --window -1,3 --softcap 5 --alibi @slopes.npy --scale -0.25"
                + " --dropout 0.5 --seed 11 --sharding zigzag --devices cpu:0,cpu:1,cpu:2");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    AttentionResult expected =
        expected(
            AttentionOptions.builder()
                .window(-1, 3)
                .softcap(5)
                .alibi(Alibi.perHead(0, 1, 2, 3))
                .softmaxScale(-0.25f)
                .dropout(0.5f, 11));
    assertSame(workspace.read("out.npy"), expected.out());
  }

  @Test
  void alibiKnowsThePapersSlopes() throws IOException {
    workspace.invoke(QKV + "--out @out.npy --alibi auto");

    AttentionResult expected = expected(AttentionOptions.builder().alibi(Alibi.standard(4)));
    assertSame(workspace.read("out.npy"), expected.out());
  }

  @Test
  void alibiTakesSlopesPerBatchEntry() throws IOException {
    workspace.write("slopes.npy", workspace.range(DType.FP32, 1, 4));

    workspace.invoke(QKV + "--out @out.npy --alibi @slopes.npy");

    AttentionResult expected =
        expected(AttentionOptions.builder().alibi(Alibi.perHead(0, 1, 2, 3)));
    assertSame(workspace.read("out.npy"), expected.out());
  }

  @Test
  void jointTokensHaveTheirOwnFiles() throws IOException {
    Invocation run =
        workspace.invoke(
            QKV
                + "--joint-k @jk.npy --joint-v @jv.npy --joint-q @jq.npy --joint-strategy back"
                + " --causal --out @out.npy --joint-out @jout.safetensors");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    AttentionResult expected =
        expected(
            AttentionOptions.builder()
                .causal(true)
                .joint(
                    inputs.jointQ(),
                    Objects.requireNonNull(inputs.jointK()),
                    Objects.requireNonNull(inputs.jointV()),
                    JointStrategy.BACK));
    assertSame(workspace.read("out.npy"), expected.out());
    assertSame(workspace.read("jout.safetensors", "out"), expected.jointOut().orElseThrow());
    assertSame(workspace.read("jout.safetensors", "lse"), expected.jointLse().orElseThrow());
  }

  @Test
  void inputsAreConvertedOnRequestAndSaidToBe() throws IOException {
    Invocation run = workspace.invoke(QKV + "--out @out.safetensors --dtype bf16");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.err()).contains("note: inputs converted to bf16");
    assertThat(workspace.read("out.safetensors", "out").dtype()).isEqualTo(DType.BF16);
    assertThat(workspace.read("out.safetensors", "lse").dtype()).isEqualTo(DType.FP32);
  }

  @Test
  void theStorageTypeIsTheFiles() throws IOException {
    for (String name : new String[] {"q", "k", "v"}) {
      workspace.write(name + ".npy", workspace.range(DType.FP16, 1, 3, 1, 4));
    }

    Invocation run = workspace.invoke(QKV + "--out @out.npy");

    assertThat(run.err()).isEmpty();
    assertThat(workspace.read("out.npy").dtype()).isEqualTo(DType.FP16);
  }

  @Test
  void speedsAreForWeightedSharding() throws IOException {
    Invocation run =
        workspace.invoke(
            QKV + "--out @out.npy --devices cpu:0,cpu:1 --sharding weighted --speeds 3,1 --json");

    JsonNode ranks = JsonMapper.shared().readTree(run.out()).get("run").get("ranks");
    assertThat(ranks.get(0).get("queries").longValue()).isEqualTo(30);
    assertThat(ranks.get(1).get("queries").longValue()).isEqualTo(10);
  }

  @Test
  void deterministicGivesTheSameBitsOnAnyRing() throws IOException {
    workspace.invoke(QKV + "--out @one.npy --deterministic --causal");
    workspace.invoke(
        QKV + "--out @three.npy --deterministic --causal --devices cpu:0,cpu:1,cpu:2 --threads 2");

    assertThat(workspace.path("three.npy")).hasSameBinaryContentAs(workspace.path("one.npy"));
  }

  @Test
  void blocksGoFromDeviceToDeviceIfAsked() throws IOException {
    workspace.invoke(QKV + "--out @host.npy --devices cpu:0,cpu:1 --exchange host");
    Invocation peer =
        workspace.invoke(QKV + "--out @peer.npy --devices cpu:0,cpu:1 --exchange peer --json");

    JsonNode report = JsonMapper.shared().readTree(peer.out()).get("run");
    assertThat(report.get("exchange").stringValue()).isEqualTo("peer");
    assertThat(report.get("exchangeReason").stringValue()).isEmpty();
    assertThat(workspace.path("peer.npy")).hasSameBinaryContentAs(workspace.path("host.npy"));
  }

  @Test
  void jsonIsAllThereIsOnStdout() throws IOException {
    Invocation run =
        workspace.invoke(QKV + "--out @out.npy --json --attn-type scalar --exchange host");

    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(json.get("files").get(0).stringValue())
        .isEqualTo(workspace.path("out.npy").toString());
    JsonNode report = json.get("run");
    assertThat(report.get("kernel").stringValue()).isEqualTo("scalar");
    assertThat(report.get("dtype").stringValue()).isEqualTo("fp32");
    assertThat(report.get("exchange").stringValue()).isEqualTo("host");
    assertThat(report.get("shape").get("kvHeads").intValue()).isEqualTo(2);
    assertThat(report.get("flops").longValue()).isEqualTo(4L * 8 * 4 * 40 * 40);
    assertThat(report.get("seconds").doubleValue()).isPositive();
    JsonNode step = report.get("ranks").get(0).get("steps").get(0);
    assertThat(step.get("mask").stringValue()).isEqualTo("full");
    assertThat(step.get("bytes").longValue()).isEqualTo(report.get("bytesExchanged").longValue());
  }

  @Test
  void aFailingDeviceIsOneLineAndLeavesNoFile(@TempDir Path services) throws Exception {
    Invocation run =
        TestEngines.offer(
            services, () -> workspace.invoke(QKV + "--out @out.npy --devices failing:0,cpu:0"));

    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("rank 0 (failing:0) failed at step 2: the fan stopped");
    assertThat(run.out()).isEmpty();
    assertThat(workspace.names()).doesNotContain("out.npy");
  }

  @Test
  void theOthersFinishTheJobOfAFailingDevice(@TempDir Path services) throws Exception {
    String command =
        QKV + "--out @out.npy --devices cpu:0,failing:0,cpu:1 --on-device-failure continue";
    Invocation run = TestEngines.offer(services, () -> workspace.invoke(command));

    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertSame(workspace.read("out.npy"), expected(AttentionOptions.builder()).out());
    assertThat(run.out()).contains("kernel scalar (picked by auto) on cpu:0, cpu:1");
    assertThat(run.out().lines())
        .anyMatch(line ->
            line.matches("lost failing:0 \\(rank 1\\) at step 3, and .* with it: the fan stopped"));

    Invocation json = TestEngines.offer(services, () -> workspace.invoke(command + " --json"));
    JsonNode loss = new JsonMapper().readTree(json.out()).get("run").get("losses").get(0);
    assertThat(loss.get("device").stringValue()).isEqualTo("failing:0");
    assertThat(loss.get("step").intValue()).isEqualTo(3);
    assertThat(loss.get("seconds").doubleValue()).isPositive();
  }

  private AttentionResult expected(AttentionOptions.Builder options) {
    try (RingFlashAttention attention = RingFlashAttention.on("cpu:0")) {
      return attention.forward(inputs.q(), inputs.k(), inputs.v(), options.build());
    }
  }

  private static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.toString()).isEqualTo(expected.toString());
    assertThat(floats(actual)).containsExactly(floats(expected), offset(1e-5f));
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.dtype().load(tensor.data(), (long) i * tensor.dtype().byteSize());
    }
    return values;
  }
}
