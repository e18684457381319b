package io.ringflash.engine.cpu;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The functions of softmax, per element of an array in the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SimdBenchmark.ELEMENTS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
public class SimdBenchmark {
  static final int ELEMENTS = 4096;

  private final float[] x = new float[ELEMENTS];
  private final float[] y = new float[ELEMENTS];

  @Setup
  public void fill() {
    for (int i = 0; i < ELEMENTS; i++) {
      x[i] = -20f * i / ELEMENTS;
    }
  }

  @Benchmark
  public float[] exp() {
    for (int i = 0; i < ELEMENTS; i += Simd.LANES) {
      Simd.exp(FloatVector.fromArray(Simd.SPECIES, x, i)).intoArray(y, i);
    }
    return y;
  }

  @Benchmark
  public float[] tanh() {
    for (int i = 0; i < ELEMENTS; i += Simd.LANES) {
      Simd.tanh(FloatVector.fromArray(Simd.SPECIES, x, i)).intoArray(y, i);
    }
    return y;
  }
}
