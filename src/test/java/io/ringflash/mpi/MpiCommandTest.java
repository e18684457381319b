package io.ringflash.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.cli.RingFlashCommand;
import io.ringflash.mpi.MpiRun.Link;
import io.ringflash.mpi.MpiRun.Outcome;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands under {@code mpirun}. */
@EnabledIf("io.ringflash.mpi.MpiRun#available")
class MpiCommandTest {
  @TempDir Path directory;

  /** All processes write one file, byte for byte that of one process. */
  @Test
  void runWritesOneFileTogether() throws Exception {
    writeInput();
    assertThat(run(1, "--out one.safetensors --lse one.npy").code()).isZero();
    Outcome outcome = run(3, "--out all.safetensors --lse all.npy --sharding striped");

    assertThat(outcome.messages()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .contains("on 0/cpu:0, 0/cpu:1, 1/cpu:0, 1/cpu:1, 2/cpu:0, 2/cpu:1, striped sharding")
        .endsWith("wrote all.safetensors, all.npy");
    for (String suffix : List.of(".safetensors", ".npy")) {
      assertThat(directory.resolve("all" + suffix))
          .hasSameBinaryContentAs(directory.resolve("one" + suffix));
    }
  }

  @Test
  void eachProcessCanHaveItsOwnFile() throws Exception {
    writeInput();
    assertThat(run(1, "--out one.npy").code()).isZero();
    assertThat(run(2, "--out part-{process}.npy").code()).isZero();

    try (Arena arena = Arena.ofConfined()) {
      Tensor one = TensorFiles.readOne(directory.resolve("one.npy"), arena);
      long from = 0;
      for (int process = 0; process < 2; process++) {
        Tensor part =
            TensorFiles.readOne(directory.resolve("part-%d.npy".formatted(process)), arena);
        Tensor expected = one.slice(1, from, part.dim(1), 1).copy(arena, DType.FP32);
        assertThat(part.data().mismatch(expected.data())).isEqualTo(-1);
        from += part.dim(1);
      }
      assertThat(from).isEqualTo(one.dim(1));
    }
  }

  @Test
  void verifyLooksAtAllRows() throws Exception {
    Outcome outcome =
        invoke(2, "verify --random 1,300,2,16 --causal --devices cpu:0 --sharding weighted");
    assertThat(outcome.out()).contains("all 600 rows compared", "passed");
    assertThat(outcome.code()).isZero();
  }

  /** The first process keeps what all of them measured, and goes on with it. */
  @Test
  void benchMeasuresTheRingOfAllProcesses() throws Exception {
    String sweep =
        "bench --seq 96 --heads 2 --head-dim 16 --causal --devices cpu:0,cpu:1 --threads 2"
            + " --samples 3 --save job --results kept --quiet -o csv --dtype ";
    Outcome first = invoke(2, sweep + "fp32");
    assertThat(first.messages()).isEmpty();
    assertThat(first.code()).isZero();
    assertThat(first.out().lines().skip(1))
        .singleElement()
        .asString()
        .startsWith("cpu,auto,\"0/cpu:0,0/cpu:1,1/cpu:0,1/cpu:1\",2,fp32,1,2,2,96,96,16,true,");

    Outcome second = invoke(2, sweep + "fp32,bf16");
    assertThat(second.code()).isZero();
    assertThat(second.out().lines().skip(1)).hasSize(2).first().isEqualTo(line(first, 1));
  }

  private static String line(Outcome outcome, int index) {
    return outcome.out().lines().toList().get(index);
  }

  /** Unlike machines' clocks do not agree. */
  @Test
  void traceShowsAllProcessesOnOneClock() throws Exception {
    MpiRun job = withoutVectors();
    boolean apart = MpiRun.canSetClocks();
    Outcome outcome =
        invoke(
            apart ? job.withClocksApart() : job,
            3,
            "trace --random 1,300,2,8 --devices cpu:0,cpu:1 --attn-type scalar --out t.json");
    assertThat(outcome.messages()).isEmpty();
    assertThat(outcome.out()).endsWith("wrote t.json");

    JsonNode trace = JsonMapper.shared().readTree(directory.resolve("t.json").toFile());
    Map<Integer, Double> ends = new TreeMap<>();
    for (JsonNode event : trace.get("traceEvents")) {
      if (event.get("ph").asString().equals("X") && event.get("tid").asInt() == 0) {
        double start = event.get("ts").asDouble();
        double before = ends.getOrDefault(event.get("pid").asInt(), 0.0);
        assertThat(start).isGreaterThanOrEqualTo(before - 1e-3);
        ends.put(event.get("pid").asInt(), start + event.get("dur").asDouble());
      }
    }
    assertThat(ends.keySet()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(ends.values()).allMatch(end -> end < MpiRun.CLOCKS_APART * 1e6 / 2);
  }

  @Test
  void devicesAreListedByProcess() throws Exception {
    Outcome outcome = invoke(withoutVectors(), 2, "devices");
    assertThat(outcome.out()).contains("process 0 on ", "process 1 on ");
    assertThat(outcome.code()).isZero();
  }

  @Test
  void badInputIsSaidOnce() throws Exception {
    Outcome outcome =
        invoke(
            withoutVectors(), 3, "run --q nowhere.npy --k nowhere.npy --v nowhere.npy --out o.npy");
    assertThat(outcome.messages()).hasSize(1);
    assertThat(outcome.messages().getFirst()).contains("nowhere.npy: should be a readable file");
    assertThat(outcome.code()).isEqualTo(2);
  }

  private Outcome run(int processes, String arguments) throws Exception {
    return invoke(
        withoutVectors(),
        processes,
        "run --input x.safetensors --causal --deterministic --attn-type scalar"
            + " --devices cpu:0,cpu:1 "
            + arguments);
  }

  private Outcome invoke(int processes, String arguments) throws Exception {
    return invoke(new MpiRun(Link.SHARED_MEMORY, directory), processes, arguments);
  }

  private MpiRun withoutVectors() {
    return new MpiRun(Link.SHARED_MEMORY, directory).withoutVectors();
  }

  private static Outcome invoke(MpiRun job, int processes, String arguments) throws Exception {
    return job.run(processes, RingFlashCommand.class, List.of(arguments.split(" ")));
  }

  private void writeInput() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors =
          Map.of("q", random(arena, 1), "k", random(arena, 2), "v", random(arena, 3));
      TensorFiles.write(directory.resolve("x.safetensors"), tensors);
    }
  }

  private static Tensor random(Arena arena, long seed) {
    Tensor tensor = Tensor.allocate(arena, DType.FP32, 2, 700, 2, 16);
    Random random = new Random(seed);
    for (long i = 0; i < tensor.size(); i++) {
      DType.FP32.store(tensor.data(), i * Float.BYTES, (float) random.nextGaussian());
    }
    return tensor;
  }
}
