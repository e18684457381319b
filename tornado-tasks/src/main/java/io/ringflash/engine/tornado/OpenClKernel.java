package io.ringflash.engine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A kernel in PTX that NVIDIA's OpenCL loads and launches, on TornadoVM's context and memory.
 * TornadoVM's own way takes OpenCL C only.
 *
 * <p>Kernels are given a queue of their own; {@link #launch} waits for the end.
 */
final class OpenClKernel implements AutoCloseable {
  /** The declaration of an argument, but for the first, which is no memory. */
  private static final Pattern MEMORY_ARGUMENT =
      Pattern.compile("\\.param \\.u64 (\\w+_param_[1-9]\\d*)");

  /** What NVIDIA's own compiler of OpenCL C writes; without it, memory objects can't be passed. */
  private static final String OPENCL_MEMORY_ARGUMENT = ".param .u64 .ptr .global .align 16 $1";

  private final OpenClLibrary library;
  private final long queue;
  private final long program;
  private final long kernel;
  private final MethodHandle setArgument;
  private final MethodHandle enqueue;
  private final MethodHandle releaseKernel;
  private final MethodHandle releaseProgram;

  /**
   * Loads a kernel, whose first argument is not used.
   *
   * @param context of {@code device}
   * @param ptx its code
   * @param name of its function
   */
  OpenClKernel(OpenClLibrary library, long context, long device, String ptx, String name) {
    this.library = library;
    setArgument = library.function("clSetKernelArg", JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
    enqueue =
        library.function(
            "clEnqueueNDRangeKernel",
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    releaseKernel = library.function("clReleaseKernel", JAVA_LONG);
    releaseProgram = library.function("clReleaseProgram", JAVA_LONG);
    program = load(context, device, withMemoryArguments(ptx));
    kernel = kernel(name);
    queue = library.createQueue(context, device);
    set(0, 0L);
  }

  /** Code for CUDA, which says nothing of its arguments, as code for OpenCL. */
  static String withMemoryArguments(String ptx) {
    return MEMORY_ARGUMENT.matcher(ptx).replaceAll(OPENCL_MEMORY_ARGUMENT);
  }

  /** Makes some memory the {@code i}-th argument, from the next launch on. */
  void set(int i, DeviceBuffer memory) {
    set(i, memory.handle());
  }

  /**
   * Runs the kernel, and waits.
   *
   * @param groups in a grid of one dimension
   * @param threads of a group
   */
  void launch(long groups, int threads) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment global = arena.allocateFrom(JAVA_LONG, Math.multiplyExact(groups, threads));
      MemorySegment local = arena.allocateFrom(JAVA_LONG, threads);
      OpenClLibrary.require(
          "clEnqueueNDRangeKernel",
          () ->
              (int)
                  enqueue.invokeExact(
                      queue,
                      kernel,
                      1,
                      MemorySegment.NULL,
                      global,
                      local,
                      0,
                      MemorySegment.NULL,
                      MemorySegment.NULL));
    }
    library.await(queue);
  }

  @Override
  public void close() {
    library.releaseQueue(queue);
    OpenClLibrary.require("clReleaseKernel", () -> (int) releaseKernel.invokeExact(kernel));
    OpenClLibrary.require("clReleaseProgram", () -> (int) releaseProgram.invokeExact(program));
  }

  private void set(int i, long value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocateFrom(JAVA_LONG, value);
      OpenClLibrary.require(
          "clSetKernelArg",
          () -> (int) setArgument.invokeExact(kernel, i, address.byteSize(), address));
    }
  }

  private long load(long context, long device, String ptx) {
    MethodHandle create =
        library.maker(
            "clCreateProgramWithBinary",
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    MethodHandle build =
        library.function("clBuildProgram", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    MemorySegment none = MemorySegment.NULL;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment devices = arena.allocateFrom(JAVA_LONG, device);
      MemorySegment text = arena.allocateFrom(JAVA_BYTE, ptx.getBytes(StandardCharsets.US_ASCII));
      MemorySegment length = arena.allocateFrom(JAVA_LONG, text.byteSize());
      MemorySegment texts = arena.allocateFrom(ADDRESS, text);
      long loaded =
          OpenClLibrary.make(
              "clCreateProgramWithBinary",
              status ->
                  (long) create.invokeExact(context, 1, devices, length, texts, none, status));
      OpenClLibrary.require(
          "clBuildProgram", () -> (int) build.invokeExact(loaded, 1, devices, none, none, none));
      return loaded;
    }
  }

  private long kernel(String name) {
    MethodHandle create = library.maker("clCreateKernel", JAVA_LONG, ADDRESS, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return OpenClLibrary.make(
          "clCreateKernel", status -> (long) create.invokeExact(program, text, status));
    }
  }
}
