package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A compiled kernel that the driver loads and launches, on TornadoVM's context and memory.
 * TornadoVM's own way takes neither code for one architecture alone nor more than 48 KB of shared
 * memory, and a launch of its takes 0.1 ms.
 *
 * <p>Kernels are given a stream of their own; {@link #launch} waits for the end.
 */
final class CudaKernel implements AutoCloseable {
  /** CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES. */
  private static final int DYNAMIC_SHARED_BYTES = 8;

  private final CudaDriver driver;
  private final long context;
  private final long stream;
  private final long module;
  private final long function;
  private final MethodHandle launch;
  private final MethodHandle unload;

  /**
   * Loads a kernel.
   *
   * @param context that it will run in
   * @param ptx its code
   * @param name of its function
   * @param sharedBytes shared memory of a group
   */
  CudaKernel(CudaDriver driver, long context, String ptx, String name, int sharedBytes) {
    this.driver = driver;
    this.context = context;
    launch =
        driver.function(
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            JAVA_LONG);
    unload = driver.function("cuModuleUnload", JAVA_LONG);
    module = load(ptx);
    function = function(name);
    allowSharedMemory(sharedBytes);
    stream = driver.createStream(context);
  }

  /**
   * Runs the kernel, and waits.
   *
   * @param groups in a grid of one dimension
   * @param threads of a group
   * @param sharedBytes shared memory of a group
   * @param parameters an address of each parameter's value, in the kernel's order
   */
  void launch(long groups, int threads, int sharedBytes, MemorySegment parameters) {
    int grid = Math.toIntExact(groups);
    driver.within(
        context,
        () -> {
          driver.require(
              "cuLaunchKernel",
              () ->
                  (int)
                      launch.invokeExact(
                          function,
                          grid,
                          1,
                          1,
                          threads,
                          1,
                          1,
                          sharedBytes,
                          stream,
                          parameters,
                          0L));
          driver.await(stream);
        });
  }

  @Override
  public void close() {
    driver.destroyStream(context, stream);
    driver.within(
        context, () -> driver.require("cuModuleUnload", () -> (int) unload.invokeExact(module)));
  }

  private long load(String ptx) {
    MethodHandle load = driver.function("cuModuleLoadData", ADDRESS, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      MemorySegment text = arena.allocateFrom(ptx);
      driver.within(
          context,
          () -> driver.require("cuModuleLoadData", () -> (int) load.invokeExact(handle, text)));
      return handle.get(JAVA_LONG, 0);
    }
  }

  private long function(String name) {
    MethodHandle get = driver.function("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      MemorySegment text = arena.allocateFrom(name);
      driver.within(
          context,
          () ->
              driver.require(
                  "cuModuleGetFunction", () -> (int) get.invokeExact(handle, module, text)));
      return handle.get(JAVA_LONG, 0);
    }
  }

  private void allowSharedMemory(int bytes) {
    MethodHandle set = driver.function("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
    driver.within(
        context,
        () ->
            driver.require(
                "cuFuncSetAttribute",
                () -> (int) set.invokeExact(function, DYNAMIC_SHARED_BYTES, bytes)));
  }
}
