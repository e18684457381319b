package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Page-locked memory that CUDA's driver transfers. TornadoVM's own transfers of several threads
 * wait for each other, for 60 µs each.
 */
final class CudaChunk implements TransferChunk {
  /** All contexts find it page-locked. */
  private static final int PORTABLE = 1;

  private final CudaDriver driver;
  private final long context;
  private final long stream;
  private final MemorySegment host;
  private final MethodHandle free;

  CudaChunk(CudaDriver driver, TornadoXPUDevice device, long byteSize) {
    this.driver = driver;
    this.context = driver.contextOf(device);
    this.free = driver.function("cuMemFreeHost", ADDRESS);
    this.host = allocate(byteSize);
    this.stream = driver.createStream(context);
  }

  @Override
  public MemorySegment host() {
    return host;
  }

  @Override
  public void upload(DeviceBuffer target, long at, long bytes, Supplier<MemorySegment> before) {
    driver.within(
        context, () -> driver.upload(address(target, at), host.asSlice(0, bytes), stream));
  }

  @Override
  public void download(DeviceBuffer source, long at, long bytes) {
    driver.within(
        context, () -> driver.download(address(source, at), host.asSlice(0, bytes), stream));
  }

  @Override
  public void await() {
    driver.within(context, () -> driver.await(stream));
  }

  @Override
  public void close() {
    driver.destroyStream(context, stream);
    driver.within(
        context, () -> driver.require("cuMemFreeHost", () -> (int) free.invokeExact(host)));
  }

  private static long address(DeviceBuffer memory, long at) {
    return memory.handle() + DeviceBuffer.HEADER + at;
  }

  private MemorySegment allocate(long byteSize) {
    MethodHandle allocate = driver.function("cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(ADDRESS);
      driver.within(
          context,
          () ->
              driver.require(
                  "cuMemHostAlloc", () -> (int) allocate.invokeExact(memory, byteSize, PORTABLE)));
      return memory.get(ADDRESS, 0).reinterpret(byteSize);
    }
  }
}
