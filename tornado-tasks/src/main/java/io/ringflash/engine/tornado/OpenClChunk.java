package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Memory that an OpenCL driver has page-locked: NVIDIA's copies other memory at a fifth of the
 * speed. That is the memory of a buffer which stays mapped.
 */
final class OpenClChunk implements TransferChunk {
  private static final long READ_WRITE_ON_HOST = 1 | 1 << 4;
  private static final long MAP_READ_WRITE = 1 | 1 << 1;

  private final OpenClLibrary library;
  private final long queue;
  private final long buffer;
  private final MemorySegment host;
  private final MethodHandle unmap;
  private final MethodHandle release;

  OpenClChunk(OpenClLibrary library, TornadoXPUDevice device, long byteSize) {
    this.library = library;
    this.unmap =
        library.function(
            "clEnqueueUnmapMemObject", JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    this.release = library.function("clReleaseMemObject", JAVA_LONG);
    long context = library.contextOf(device);
    this.queue = library.createQueue(context, library.deviceOf(context, device));
    this.buffer = allocate(context, byteSize);
    this.host = map(byteSize);
  }

  @Override
  public MemorySegment host() {
    return host;
  }

  @Override
  public void upload(DeviceBuffer target, long at, long bytes, Supplier<MemorySegment> before) {
    library.write(queue, target.handle(), DeviceBuffer.HEADER + at, host.asSlice(0, bytes));
    library.flush(queue);
  }

  @Override
  public void download(DeviceBuffer source, long at, long bytes) {
    library.read(queue, source.handle(), DeviceBuffer.HEADER + at, host.asSlice(0, bytes));
    library.flush(queue);
  }

  @Override
  public void await() {
    library.await(queue);
  }

  @Override
  public void close() {
    MemorySegment none = MemorySegment.NULL;
    OpenClLibrary.require(
        "clEnqueueUnmapMemObject",
        () -> (int) unmap.invokeExact(queue, buffer, host, 0, none, none));
    library.await(queue);
    OpenClLibrary.require("clReleaseMemObject", () -> (int) release.invokeExact(buffer));
    library.releaseQueue(queue);
  }

  private long allocate(long context, long byteSize) {
    MethodHandle create =
        library.maker("clCreateBuffer", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    return OpenClLibrary.make(
        "clCreateBuffer",
        status ->
            (long)
                create.invokeExact(
                    context, READ_WRITE_ON_HOST, byteSize, MemorySegment.NULL, status));
  }

  private MemorySegment map(long byteSize) {
    MethodHandle map =
        library.maker(
            "clEnqueueMapBuffer",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    MemorySegment none = MemorySegment.NULL;
    int wait = 1;
    long address =
        OpenClLibrary.make(
            "clEnqueueMapBuffer",
            status ->
                (long)
                    map.invokeExact(
                        queue, buffer, wait, MAP_READ_WRITE, 0L, byteSize, 0, none, none, status));
    return MemorySegment.ofAddress(address).reinterpret(byteSize);
  }
}
