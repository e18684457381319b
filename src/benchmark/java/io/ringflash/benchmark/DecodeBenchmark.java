package io.ringflash.benchmark;

import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
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

/**
 * A decode step, one query of 32 heads on 32,768 keys of 8 heads, beside a plain read of as many
 * bytes as its keys and values have.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH and @Setup fill the fields.
public class DecodeBenchmark {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final AttentionShape SHAPE = new AttentionShape(1, 1, 32_768, 32, 8, 128);

  /** One thread's share is read in pieces of this many bytes. */
  private static final long PIECE = 1L << 20;

  @Param({"FP32", "BF16"})
  public DType dtype;

  private final Arena arena = Arena.ofShared();
  private final RingFlashAttention attention = RingFlashAttention.on("cpu:0");
  private AttentionCase step;
  private MemorySegment plain = MemorySegment.NULL;

  @Setup
  public void prepare() {
    step = new AttentionCase(SHAPE, dtype, false).requireRight(attention);
    long elements = 2 * SHAPE.seqLenK() * SHAPE.kvHeads() * SHAPE.headDim();
    plain = OffHeap.allocate(arena, elements * dtype.byteSize()).fill((byte) 1);
  }

  @Benchmark
  public void decodeStep() {
    step.call(attention);
  }

  @Benchmark
  public double plainRead() {
    return IntStream.range(0, (int) (plain.byteSize() / PIECE))
        .parallel()
        .mapToDouble(piece -> sum(plain, piece * PIECE))
        .sum();
  }

  private static float sum(MemorySegment data, long from) {
    int bytes = SPECIES.vectorByteSize();
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (long at = from; at < from + PIECE; at += 4L * bytes) {
      a = a.add(load(data, at));
      b = b.add(load(data, at + bytes));
      c = c.add(load(data, at + 2 * bytes));
      d = d.add(load(data, at + 3 * bytes));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector load(MemorySegment data, long at) {
    return FloatVector.fromMemorySegment(SPECIES, data, at, ByteOrder.nativeOrder());
  }

  @TearDown
  public void close() {
    step.close();
    attention.close();
    arena.close();
  }
}
