package io.ringflash.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Zero-filled memory that becomes resident page by page, when it is first touched.
 *
 * <p>{@link Arena#allocate} writes the zeros itself, so that an output would occupy memory from the
 * start of a run and not from its end. The C library's {@code calloc} takes pages that the system
 * zeroes.
 */
public final class OffHeap {
  /** Cache lines, and the widest vector of any CPU. */
  private static final long ALIGNMENT = 64;

  private static final MethodHandle CALLOC =
      CLibrary.function(
          "calloc",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle MALLOC =
      CLibrary.function(
          "malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      CLibrary.function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private static final AtomicLong LIVE_BYTES = new AtomicLong();

  private OffHeap() {}

  /**
   * Memory of zeros that is freed with {@code arena}, aligned to {@value #ALIGNMENT} bytes.
   *
   * @throws OutOfMemoryError if the system has none
   */
  public static MemorySegment allocate(Arena arena, long bytes) {
    return allocate(arena, bytes, reserved -> (MemorySegment) CALLOC.invokeExact(1L, reserved));
  }

  /** As {@link #allocate}, with whatever the memory held before: for what is written as a whole. */
  public static MemorySegment reserve(Arena arena, long bytes) {
    return allocate(arena, bytes, reserved -> (MemorySegment) MALLOC.invokeExact(reserved));
  }

  private interface Allocator {
    MemorySegment allocate(long bytes) throws Throwable;
  }

  private static MemorySegment allocate(Arena arena, long bytes, Allocator allocator) {
    long reserved = Math.addExact(bytes, ALIGNMENT);
    MemorySegment block = allocate(reserved, allocator);
    LIVE_BYTES.addAndGet(reserved);
    long shift = -block.address() & (ALIGNMENT - 1);
    return block.reinterpret(reserved, arena, s -> release(block, reserved)).asSlice(shift, bytes);
  }

  /** Bytes that are allocated at present, in all arenas. */
  public static long liveBytes() {
    return LIVE_BYTES.get();
  }

  private static MemorySegment allocate(long bytes, Allocator allocator) {
    MemorySegment block;
    try {
      block = allocator.allocate(bytes);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (block.address() == 0) {
      throw new OutOfMemoryError("no %d bytes of off-heap memory to be had".formatted(bytes));
    }
    return block;
  }

  private static void release(MemorySegment block, long reserved) {
    try {
      FREE.invokeExact(block);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    LIVE_BYTES.addAndGet(-reserved);
  }
}
