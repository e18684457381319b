package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * What TornadoVM does not offer of OpenCL: queues for copies from one memory object to another, and
 * for kernels that are compiled already.
 */
final class OpenClLibrary {
  private static final String LIBRARY = "libOpenCL.so.1";
  private static final int SUCCESS = 0;
  private static final int MEM_CONTEXT = 0x1106;
  private static final int CONTEXT_DEVICES = 0x1081;
  private static final int DO_NOT_BLOCK = 0;
  private static final int MOST_DEVICES = 64;

  /** CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV. */
  private static final int COMPUTE_CAPABILITY_MAJOR = 0x4000;

  private final NativeLibrary library;
  private final MethodHandle memObjectInfo;
  private final MethodHandle contextInfo;
  private final MethodHandle createQueue;
  private final MethodHandle releaseQueue;
  private final MethodHandle enqueueCopy;
  private final MethodHandle enqueueWrite;
  private final MethodHandle enqueueRead;
  private final MethodHandle flush;
  private final MethodHandle finish;

  /**
   * Finds the library.
   *
   * @throws PeerUnavailableException if it is missing
   */
  OpenClLibrary() {
    library = NativeLibrary.load(LIBRARY);
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
    enqueueWrite = hostCopy("clEnqueueWriteBuffer");
    enqueueRead = hostCopy("clEnqueueReadBuffer");
    flush = library.status("clFlush", JAVA_LONG);
    finish = library.status("clFinish", JAVA_LONG);
  }

  /** TornadoVM's context of a device. */
  long contextOf(TornadoXPUDevice device) {
    try (DeviceBuffer any = DeviceBuffer.onDevice(device, Long.BYTES)) {
      return contextOf(any.handle());
    }
  }

  /** What the context calls one of its devices. */
  long deviceOf(long context, TornadoXPUDevice device) {
    return deviceOf(context, device.getDeviceContext().getDeviceIndex());
  }

  /** The context of a memory object. */
  private long contextOf(long memory) {
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

  private MethodHandle hostCopy(String symbol) {
    return library.status(
        symbol, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS,
        ADDRESS);
  }

  /**
   * A function that returns a status.
   *
   * @throws PeerUnavailableException if the library has none of that name
   */
  MethodHandle function(String symbol, MemoryLayout... parameters) {
    return library.status(symbol, parameters);
  }

  /**
   * A function that makes something and returns its handle; its last parameter receives a status.
   *
   * @throws PeerUnavailableException if the library has none of that name
   */
  MethodHandle maker(String symbol, MemoryLayout... parameters) {
    return library.handle(symbol, parameters);
  }

  /** The context's device with that index. */
  private long deviceOf(long context, int index) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment devices = arena.allocate(JAVA_LONG, MOST_DEVICES);
      require(
          "clGetContextInfo",
          () ->
              (int)
                  contextInfo.invokeExact(
                      context, CONTEXT_DEVICES, devices.byteSize(), devices, MemorySegment.NULL));
      return devices.getAtIndex(JAVA_LONG, index);
    }
  }

  /** The first number of the compute capability of a device of NVIDIA's. */
  int majorCapability(long device) {
    MethodHandle deviceInfo =
        function("clGetDeviceInfo", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(JAVA_INT);
      require(
          "clGetDeviceInfo",
          () ->
              (int)
                  deviceInfo.invokeExact(
                      device,
                      COMPUTE_CAPABILITY_MAJOR,
                      major.byteSize(),
                      major,
                      MemorySegment.NULL));
      return major.get(JAVA_INT, 0);
    }
  }

  /** A queue of one of a context's devices. */
  long createQueue(long context, long device) {
    return make(
        "clCreateCommandQueue",
        status -> (long) createQueue.invokeExact(context, device, 0L, status));
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
    copy("clEnqueueWriteBuffer", enqueueWrite, queue, target, to, source);
  }

  /** Starts to read a memory object to {@code target}. */
  void read(long queue, long source, long from, MemorySegment target) {
    copy("clEnqueueReadBuffer", enqueueRead, queue, source, from, target);
  }

  private static void copy(
      String function, MethodHandle enqueue, long queue, long memory, long at, MemorySegment host) {
    require(
        function,
        () ->
            (int)
                enqueue.invokeExact(
                    queue,
                    memory,
                    DO_NOT_BLOCK,
                    at,
                    host.byteSize(),
                    host,
                    0,
                    MemorySegment.NULL,
                    MemorySegment.NULL));
  }

  /** Has the device begin with what was started on a queue. */
  void flush(long queue) {
    require("clFlush", () -> (int) flush.invokeExact(queue));
  }

  /** Waits for what was started on a queue. */
  void await(long queue) {
    require("clFinish", () -> (int) finish.invokeExact(queue));
  }

  /** A call of a function that makes something. */
  interface Maker {
    /**
     * @param status receives the status
     * @return the handle
     */
    long run(MemorySegment status) throws Throwable;
  }

  /**
   * Makes something.
   *
   * @return its handle
   * @throws IllegalStateException if that fails, with the function's name and status
   */
  static long make(String function, Maker maker) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment made = arena.allocate(JAVA_LONG);
      require(
          function,
          () -> {
            made.set(JAVA_LONG, 0, maker.run(status));
            return status.get(JAVA_INT, 0);
          });
      return made.get(JAVA_LONG, 0);
    }
  }

  /**
   * Calls a function.
   *
   * @throws IllegalStateException if it fails, with its name and status
   */
  static void require(String function, StatusCall call) {
    int status = StatusCall.of(call);
    if (status != SUCCESS) {
      throw new IllegalStateException(
          "%s failed with OpenCL status %d".formatted(function, status));
    }
  }
}
