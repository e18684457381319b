package io.ringflash.benchmark;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reads memory with all processors, in loops of the Vector API that only add up what they read. */
final class PlainRead implements AutoCloseable {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Bytes that a thread reads at a time. */
  private static final long PIECE = 1L << 20;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  /**
   * Memory to be read.
   *
   * @param bytes a multiple of {@value #PIECE}
   */
  PlainRead(long bytes) {
    this.memory = OffHeap.allocate(arena, bytes).fill((byte) 1);
  }

  /** Milliseconds of reading all of it once. */
  double millis() {
    long start = System.nanoTime();
    double sum =
        IntStream.range(0, (int) (memory.byteSize() / PIECE))
            .parallel()
            .mapToDouble(piece -> sum(memory, piece * PIECE))
            .sum();
    double millis = (System.nanoTime() - start) * 1e-6;
    if (sum == 0) {
      throw new IllegalStateException("the memory should hold positive numbers");
    }
    return millis;
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

  @Override
  public void close() {
    arena.close();
  }
}
