package io.ringflash.benchmark;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.experiment.Verification;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.Locale;
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

/** Whole calls of small problems through the public API; each case is verified first. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH and @Setup fill the fields.
public class CallBenchmark {
  @Param({"64", "128", "256", "512"})
  public int seqLen;

  @Param({"fp32"})
  public String dtype;

  private final Arena arena = Arena.ofShared();
  private final RingFlashAttention attention = RingFlashAttention.on("cpu:0");
  private final AttentionOptions options = AttentionOptions.builder().build();
  private AttentionInputs inputs;

  @Setup
  public void prepare() {
    AttentionShape shape = new AttentionShape(1, seqLen, seqLen, 1, 1, 64);
    inputs =
        new RandomInputs(arena, DType.valueOf(dtype.toUpperCase(Locale.ROOT)), 1).create(shape);
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
