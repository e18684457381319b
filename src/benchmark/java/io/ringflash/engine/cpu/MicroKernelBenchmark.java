package io.ringflash.engine.cpu;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.annotations.Warmup;

/** The inner products of a tile of rows with one panel, which stays in the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
public class MicroKernelBenchmark {
  /** Columns of A: the head dimension of q · k, the keys of a tile of weights · v. */
  @Param({"64", "128"})
  public int depth;

  private final float[] a = new float[TileRows.ROWS * MicroKernel.DEPTH];
  private final float[] c = new float[TileRows.ROWS * TileRows.KEYS];
  private final MemorySegment b =
      OffHeap.allocate(Arena.ofAuto(), (long) MicroKernel.DEPTH * PackedBlock.PANEL * Float.BYTES);

  /** Floating-point operations, counted beside the calls. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Flops {
    public long flops;
  }

  @Setup
  public void fill() {
    Arrays.fill(a, 0.5f);
    b.fill((byte) 0);
  }

  @Benchmark
  public float[] panel(Flops count) {
    for (int group = 0; group < TileRows.ROWS / TileRows.GROUP; group++) {
      int row = group * TileRows.GROUP;
      MicroKernel.multiply(
          a,
          row * MicroKernel.DEPTH,
          b,
          0,
          MicroKernel.VECTORS,
          depth,
          c,
          row * TileRows.KEYS,
          TileRows.KEYS,
          false);
    }
    count.flops += 2L * TileRows.ROWS * PackedBlock.PANEL * depth;
    return c;
  }
}
