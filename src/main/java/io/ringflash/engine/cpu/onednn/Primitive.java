package io.ringflash.engine.cpu.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A computation of oneDNN and the matrices that it is given; for one thread at a time. */
final class Primitive implements AutoCloseable {
  /** A matrix by its number among a computation's arguments. */
  record Argument(int number, MemorySegment desc) {}

  static final int FROM = 1;
  static final int B = 33;
  static final int TO = 17;
  private static final int SCRATCHPAD = 80;

  /** {@code dnnl_exec_arg_t}: a number, a gap and a pointer. */
  private static final int ARGUMENT_BYTES = 16;

  private static final int QUERY_SCRATCHPAD = 136;
  private static final int STREAM_IN_ORDER = 1;

  private final OneDnn library;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment primitive;
  private final MemorySegment stream;
  private final List<MemorySegment> matrices = new ArrayList<>();
  private final MemorySegment arguments;

  /**
   * @param desc of the computation
   * @param matrices whose memory is still to be {@link #put}
   */
  Primitive(OneDnn library, MemorySegment desc, Argument... matrices) {
    this.library = library;
    this.primitive = library.make(library.primitiveCreate, desc);
    this.stream = library.make(library.streamCreate, library.engine(), STREAM_IN_ORDER);
    this.arguments = arena.allocate((matrices.length + 1L) * ARGUMENT_BYTES, Long.BYTES);
    for (Argument matrix : matrices) {
      add(matrix.number(), matrix.desc());
    }
    MemorySegment scratchpad = library.query(desc, QUERY_SCRATCHPAD);
    add(SCRATCHPAD, scratchpad);
    put(matrices.length, OffHeap.allocate(arena, Math.max(1, library.byteSize(scratchpad))));
  }

  private void add(int number, MemorySegment desc) {
    MemorySegment matrix =
        library.make(library.memoryCreate, desc, library.engine(), MemorySegment.NULL);
    long at = (long) matrices.size() * ARGUMENT_BYTES;
    arguments.set(JAVA_INT, at, number);
    arguments.set(ADDRESS, at + Long.BYTES, matrix);
    matrices.add(matrix);
  }

  /**
   * Says where a matrix is from now on.
   *
   * @param index among those of the constructor
   */
  void put(int index, MemorySegment data) {
    int status;
    try {
      status = (int) library.memorySetData.invokeExact(matrices.get(index), data);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    library.require(status);
  }

  /** Computes on the calling thread. */
  void run() {
    int status;
    try {
      status =
          (int) library.primitiveExecute.invokeExact(primitive, stream, matrices.size(), arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    library.require(status);
  }

  @Override
  public void close() {
    for (MemorySegment matrix : matrices) {
      library.call(library.memoryDestroy, matrix);
    }
    library.call(library.streamDestroy, stream);
    library.call(library.primitiveDestroy, primitive);
    arena.close();
  }
}
