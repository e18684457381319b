package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What TornadoVM does not offer of OpenCL: a queue for copies from one memory object to another.
 */
final class OpenClLibrary {
  private static final String LIBRARY = "libOpenCL.so.1";
  private static final int SUCCESS = 0;
  private static final int MEM_CONTEXT = 0x1106;
  private static final int CONTEXT_DEVICES = 0x1081;
  private static final int MOST_DEVICES = 64;

  private final MethodHandle memObjectInfo;
  private final MethodHandle contextInfo;
  private final MethodHandle createQueue;
  private final MethodHandle releaseQueue;
  private final MethodHandle enqueueCopy;
  private final MethodHandle enqueueWrite;
  private final MethodHandle finish;

  /**
   * Finds the library.
   *
   * @throws PeerUnavailableException if it is missing
   */
  OpenClLibrary() {
    NativeLibrary library = NativeLibrary.load(LIBRARY);
    memObjectInfo =
        library.status("clGetMemObjectInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    contextInfo =
        library.status("clGetContextInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    createQueue = library.handle("clCreateCommandQueue", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    releaseQueue = library.status("clReleaseCommandQueue", JAVA_LONG);
    enqueueCopy =
        library.status(
            "clEnqueueCopyBuffer",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    enqueueWrite =
        library.status(
            "clEnqueueWriteBuffer",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    finish = library.status("clFinish", JAVA_LONG);
  }

  /** The context of a memory object. */
  long contextOf(long memory) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(JAVA_LONG);
      require(
          "clGetMemObjectInfo",
          () ->
              (int)
                  memObjectInfo.invokeExact(
                      memory, MEM_CONTEXT, context.byteSize(), context, MemorySegment.NULL));
      return context.get(JAVA_LONG, 0);
    }
  }

  /** A queue of the context's device with that index. */
  long createQueue(long context, int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment devices = arena.allocate(JAVA_LONG, MOST_DEVICES);
      require(
          "clGetContextInfo",
          () ->
              (int)
                  contextInfo.invokeExact(
                      context, CONTEXT_DEVICES, devices.byteSize(), devices, MemorySegment.NULL));
      long id = devices.getAtIndex(JAVA_LONG, device);
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment queue = arena.allocate(JAVA_LONG);
      require(
          "clCreateCommandQueue",
          () -> {
            queue.set(JAVA_LONG, 0, (long) createQueue.invokeExact(context, id, 0L, status));
            return status.get(JAVA_INT, 0);
          });
      return queue.get(JAVA_LONG, 0);
    }
  }

  void releaseQueue(long queue) {
    require("clReleaseCommandQueue", () -> (int) releaseQueue.invokeExact(queue));
  }

  /** Starts to copy {@code bytes} between memory objects. */
  void copy(long queue, long source, long from, long target, long to, long bytes) {
    require(
        "clEnqueueCopyBuffer",
        () ->
            (int)
                enqueueCopy.invokeExact(
                    queue,
                    source,
                    target,
                    from,
                    to,
                    bytes,
                    0,
                    MemorySegment.NULL,
                    MemorySegment.NULL));
  }

  /** Starts to write {@code source}, which stays as it is until then, to a memory object. */
  void write(long queue, long target, long to, MemorySegment source) {
    int doNotBlock = 0;
    require(
        "clEnqueueWriteBuffer",
        () ->
            (int)
                enqueueWrite.invokeExact(
                    queue,
                    target,
                    doNotBlock,
                    to,
                    source.byteSize(),
                    source,
                    0,
                    MemorySegment.NULL,
                    MemorySegment.NULL));
  }

  /** Waits for what was started on a queue. */
  void await(long queue) {
    require("clFinish", () -> (int) finish.invokeExact(queue));
  }

  private static void require(String function, StatusCall call) {
    int status = StatusCall.of(call);
    if (status != SUCCESS) {
      throw new IllegalStateException(
          "%s failed with OpenCL status %d".formatted(function, status));
    }
  }
}
