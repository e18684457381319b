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
 * What TornadoVM does not offer of NVIDIA's driver: copies from one GPU to another, and, with
 * {@link CudaKernel}, launches of code for one architecture.
 *
 * <p>TornadoVM's contexts are found by the addresses of its memory. What works on the current
 * context is called {@link #within} it: from Java that has not been compiled yet, each of the
 * driver's functions takes some microseconds.
 */
final class CudaDriver {
  private static final String LIBRARY = "libcuda.so.1";
  private static final int SUCCESS = 0;
  private static final int PEER_ACCESS_ALREADY_ENABLED = 704;
  private static final int POINTER_ATTRIBUTE_CONTEXT = 1;

  /** A stream that does not wait for the one that other programs' copies go through. */
  private static final int STREAM_NON_BLOCKING = 1;

  /** Receives the context that was the current one; nobody looks at it. */
  private static final MemorySegment POPPED = Arena.global().allocate(JAVA_LONG);

  private final NativeLibrary library;
  private final MethodHandle getErrorName;
  private final MethodHandle pushContext;
  private final MethodHandle popContext;
  private final MethodHandle contextDevice;
  private final MethodHandle pointerAttribute;
  private final MethodHandle canAccessPeer;
  private final MethodHandle enablePeerAccess;
  private final MethodHandle createStream;
  private final MethodHandle destroyStream;
  private final MethodHandle synchronizeStream;
  private final MethodHandle copyOnDevices;
  private final MethodHandle copyFromHost;
  private final MethodHandle copyToHost;

  /**
   * Finds the driver.
   *
   * @throws PeerUnavailableException if it is missing or too old
   */
  CudaDriver() {
    library = NativeLibrary.load(LIBRARY);
    getErrorName = library.status("cuGetErrorName", JAVA_INT, ADDRESS);
    pushContext = library.status("cuCtxPushCurrent_v2", JAVA_LONG);
    popContext = library.status("cuCtxPopCurrent_v2", ADDRESS);
    contextDevice = library.status("cuCtxGetDevice", ADDRESS);
    pointerAttribute = library.status("cuPointerGetAttribute", ADDRESS, JAVA_INT, JAVA_LONG);
    canAccessPeer = library.status("cuDeviceCanAccessPeer", ADDRESS, JAVA_INT, JAVA_INT);
    enablePeerAccess = library.status("cuCtxEnablePeerAccess", JAVA_LONG, JAVA_INT);
    createStream = library.status("cuStreamCreate", ADDRESS, JAVA_INT);
    destroyStream = library.status("cuStreamDestroy_v2", JAVA_LONG);
    synchronizeStream = library.status("cuStreamSynchronize", JAVA_LONG);
    copyOnDevices =
        library.status("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    copyFromHost = library.status("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    copyToHost = library.status("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  /**
   * A function of the driver's.
   *
   * @throws PeerUnavailableException if it is too old to have it
   */
  MethodHandle function(String symbol, MemoryLayout... parameters) {
    return library.status(symbol, parameters);
  }

  /** TornadoVM's context of a device. */
  long contextOf(TornadoXPUDevice device) {
    try (DeviceBuffer any = DeviceBuffer.onDevice(device, Long.BYTES)) {
      return contextOf(any.handle());
    }
  }

  /** The context that the memory at a device address belongs to. */
  private long contextOf(long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(JAVA_LONG);
      require(
          "cuPointerGetAttribute",
          () -> (int) pointerAttribute.invokeExact(context, POINTER_ATTRIBUTE_CONTEXT, address));
      return context.get(JAVA_LONG, 0);
    }
  }

  /** Whether the device of {@code context} reaches the memory of {@code peer}'s. */
  boolean reaches(long context, long peer) {
    int device = deviceOf(context);
    int peerDevice = deviceOf(peer);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(JAVA_INT);
      require(
          "cuDeviceCanAccessPeer",
          () -> (int) canAccessPeer.invokeExact(answer, device, peerDevice));
      return answer.get(JAVA_INT, 0) != 0;
    }
  }

  /** Lets {@code context} reach the memory of {@code peer}, from now on. */
  void enableAccess(long context, long peer) {
    within(
        context,
        () -> {
          int status = StatusCall.of(() -> (int) enablePeerAccess.invokeExact(peer, 0));
          if (status != PEER_ACCESS_ALREADY_ENABLED) {
            require("cuCtxEnablePeerAccess", () -> status);
          }
        });
  }

  /** A stream of {@code context}. */
  long createStream(long context) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stream = arena.allocate(JAVA_LONG);
      within(
          context,
          () ->
              require(
                  "cuStreamCreate",
                  () -> (int) createStream.invokeExact(stream, STREAM_NON_BLOCKING)));
      return stream.get(JAVA_LONG, 0);
    }
  }

  /** Frees a stream of {@code context}. */
  void destroyStream(long context, long stream) {
    within(
        context, () -> require("cuStreamDestroy", () -> (int) destroyStream.invokeExact(stream)));
  }

  /**
   * Starts to copy {@code bytes} between device addresses, of one device or of two that reach each
   * other's memory.
   *
   * @param stream of the current context
   */
  void copy(long target, long source, long bytes, long stream) {
    require(
        "cuMemcpyDtoDAsync", () -> (int) copyOnDevices.invokeExact(target, source, bytes, stream));
  }

  /**
   * Starts to copy {@code source}, which stays as it is until then, to a device address.
   *
   * @param stream of the current context
   */
  void upload(long target, MemorySegment source, long stream) {
    require(
        "cuMemcpyHtoDAsync",
        () -> (int) copyFromHost.invokeExact(target, source, source.byteSize(), stream));
  }

  /**
   * Starts to copy what is at a device address to {@code target}.
   *
   * @param stream of the current context
   */
  void download(long source, MemorySegment target, long stream) {
    require(
        "cuMemcpyDtoHAsync",
        () -> (int) copyToHost.invokeExact(target, source, target.byteSize(), stream));
  }

  /** Waits for what was started on a stream of the current context. */
  void await(long stream) {
    require("cuStreamSynchronize", () -> (int) synchronizeStream.invokeExact(stream));
  }

  private int deviceOf(long context) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_INT);
      within(
          context, () -> require("cuCtxGetDevice", () -> (int) contextDevice.invokeExact(device)));
      return device.get(JAVA_INT, 0);
    }
  }

  /** Does {@code work} while {@code context} is the current one. */
  void within(long context, Runnable work) {
    require("cuCtxPushCurrent", () -> (int) pushContext.invokeExact(context));
    try {
      work.run();
    } finally {
      require("cuCtxPopCurrent", () -> (int) popContext.invokeExact(POPPED));
    }
  }

  /**
   * Calls a function.
   *
   * @throws IllegalStateException if it fails, with its name and the error's
   */
  void require(String function, StatusCall call) {
    int status = StatusCall.of(call);
    if (status != SUCCESS) {
      throw new IllegalStateException("%s failed: %s".formatted(function, errorName(status)));
    }
  }

  private String errorName(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      return StatusCall.of(() -> (int) getErrorName.invokeExact(status, name)) == SUCCESS
          ? name.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0)
          : "CUresult " + status;
    }
  }
}
