package io.ringflash.engine.tornado;

import io.ringflash.tensor.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Host memory in the form that TornadoVM transfers: a header, then elements of any type. The memory
 * is freed when this is closed, not when the garbage collector comes by.
 */
final class HostArray implements AutoCloseable {
  /** The elements begin on a cache line; the header lies before them. */
  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final ByteArray array;
  private final MemorySegment withHeader;
  private final MemorySegment elements;

  HostArray(long byteSize) {
    MemorySegment all = OffHeap.allocate(arena, ALIGNMENT + byteSize);
    this.withHeader = all.asSlice(ALIGNMENT - TornadoNativeArray.ARRAY_HEADER);
    this.array = ByteArray.fromSegmentShallow(withHeader);
    this.elements = all.asSlice(ALIGNMENT);
  }

  /** What TornadoVM takes. */
  ByteArray array() {
    return array;
  }

  /** Header and elements. */
  MemorySegment withHeader() {
    return withHeader;
  }

  MemorySegment elements() {
    return elements;
  }

  @Override
  public void close() {
    arena.close();
  }
}
