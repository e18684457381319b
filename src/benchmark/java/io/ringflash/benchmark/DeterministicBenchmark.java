package io.ringflash.benchmark;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.experiment.Verification;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the same bits on every ring cost: whole calls in canonical and in free order. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 2, time = 3)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH and @Setup fill the fields.
public class DeterministicBenchmark {
  @Param({"cpu:0", "cpu:0,cpu:1", "cpu:0,cpu:1,cpu:2,cpu:3"})
  public String devices;

  @Param({"false", "true"})
  public boolean deterministic;

  @Param({"8192"})
  public int seqLen;

  @Param({"true"})
  public boolean causal;

  private final Arena arena = Arena.ofShared();
  private RingFlashAttention attention;
  private AttentionOptions options;
  private AttentionInputs inputs;

  @Setup
  public void prepare() {
    attention = RingFlashAttention.on(devices);
    options =
        AttentionOptions.builder()
            .causal(causal)
            .deterministic(deterministic)
            .sharding(Sharding.ZIGZAG)
            .build();
    AttentionShape shape = new AttentionShape(1, seqLen, seqLen, 2, 2, 64);
    inputs = new RandomInputs(arena, DType.FP32, 1).create(shape);
    Verification verification =
        new Verification(options.problem(inputs.q(), inputs.k()), inputs, 1L << 22, 1);
    if (!verification.verify(call(), ProcessGroup.alone()).passed()) {
      throw new IllegalStateException("the result is wrong");
    }
  }

  @Benchmark
  public AttentionResult call() {
    return attention.forward(inputs.q(), inputs.k(), inputs.v(), options);
  }

  @TearDown
  public void close() {
    attention.close();
    arena.close();
  }
}
