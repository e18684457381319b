package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Tasks between a storage type and FP32.
 *
 * @param dtype the storage type
 */
record StorageTasks(DType dtype) {
  /** A name for memory in the storage type. */
  TornadoNativeArray array() {
    return dtype == DType.FP32 ? new IntArray(1) : new ShortArray(1);
  }

  /**
   * Adds a task that unpacks.
   *
   * @param source an {@link #array}
   * @param tiles table of the tiles
   * @param found gets the table's stamp for tiles that hold a NaN or infinity
   * @param transposed for tiles of {@code [padded headDim][token]}
   */
  void unpack(
      TaskGraph tasks,
      String name,
      TornadoNativeArray source,
      IntArray target,
      IntArray tiles,
      IntArray found,
      boolean transposed) {
    KernelContext context = new KernelContext();
    int turn = transposed ? 1 : 0;
    switch (source) {
      case IntArray floats ->
          tasks.task(name, LayoutKernels::unpackFloat, context, floats, target, tiles, found, turn);
      case ShortArray shorts ->
          tasks.task(
              name,
              LayoutKernels::unpackShort,
              context,
              shorts,
              target,
              tiles,
              found,
              brain(),
              turn);
      default -> throw new AssertionError(source);
    }
  }

  /**
   * Adds a task that packs.
   *
   * @param target an {@link #array}
   * @param tiles table of the tiles
   */
  void pack(
      TaskGraph tasks, String name, IntArray source, TornadoNativeArray target, IntArray tiles) {
    KernelContext context = new KernelContext();
    switch (target) {
      case IntArray floats ->
          tasks.task(name, LayoutKernels::packFloat, context, source, floats, tiles);
      case ShortArray shorts ->
          tasks.task(name, LayoutKernels::packShort, context, source, shorts, tiles, brain());
      default -> throw new AssertionError(target);
    }
  }

  private int brain() {
    return dtype == DType.BF16 ? 1 : 0;
  }
}
