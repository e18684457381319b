package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The task graphs around folding, compiled for one storage type: queries in, a block in, results
 * out. The arrays are only names, which {@link KernelGraph#bind} gives memory to.
 */
final class LayoutGraphs implements AutoCloseable {
  private final DType dtype;
  private final TornadoNativeArray raw;
  private final TornadoNativeArray rawValues;
  private final IntArray packed = new IntArray(1);
  private final IntArray packedValues = new IntArray(1);
  private final IntArray marks = new IntArray(1);
  private final IntArray ignored = new IntArray(1);
  private final FloatArray queries = new FloatArray(1);
  private final FloatArray acc = new FloatArray(1);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES);
  private final FloatArray lse = new FloatArray(1);
  private final IntArray tiles = new IntArray(TileTable.size(1));

  private final KernelGraph begin;
  private final KernelGraph unpack;
  private final KernelGraph end;

  LayoutGraphs(TornadoXPUDevice device, DType dtype) {
    this.dtype = dtype;
    this.raw = storage();
    this.rawValues = storage();
    // One tile without tokens, of one head: compiling runs a group of every kernel on it.
    tiles.set(TileTable.TILES, 1);
    tiles.set(TileTable.HEADS, 1);
    begin =
        new KernelGraph(
            device,
            List.of(raw, packed, tiles, ignored, queries, acc, maxima, sums, scalars),
            List.of("unpack", "clear"),
            tasks -> {
              unpack(tasks, "unpack", raw, packed, ignored, true);
              tasks.task(
                  "clear",
                  LayoutKernels::clear,
                  new KernelContext(),
                  queries,
                  acc,
                  maxima,
                  sums,
                  scalars,
                  tiles);
            });
    unpack =
        new KernelGraph(
            device,
            List.of(raw, rawValues, packed, packedValues, tiles, marks, ignored),
            List.of("unpackKeys", "unpackValues"),
            tasks -> {
              unpack(tasks, "unpackKeys", raw, packed, ignored, true);
              unpack(tasks, "unpackValues", rawValues, packedValues, marks, false);
            });
    end =
        new KernelGraph(
            device,
            List.of(acc, maxima, sums, tiles, lse, packed, raw),
            List.of("normalise", "pack"),
            tasks -> {
              tasks.task(
                  "normalise",
                  LayoutKernels::normalise,
                  new KernelContext(),
                  acc,
                  maxima,
                  sums,
                  tiles,
                  lse);
              pack(tasks);
            });
  }

  /** Gives the kernels the memory of a shard. */
  void bind(ShardMemory memory) {
    begin.bind(packed, memory.queries());
    begin.bind(queries, memory.queries());
    begin.bind(tiles, memory.queryTiles());
    begin.bind(ignored, memory.ignored());
    begin.bind(acc, memory.accumulators());
    begin.bind(maxima, memory.maxima());
    begin.bind(sums, memory.sums());
    begin.bind(scalars, memory.scalars());
    end.bind(acc, memory.accumulators());
    end.bind(packed, memory.accumulators());
    end.bind(maxima, memory.maxima());
    end.bind(sums, memory.sums());
    end.bind(tiles, memory.queryTiles());
  }

  /** Takes in the queries and clears the state. */
  void begin(DeviceBuffer rawQueries, long groups) {
    begin.bind(raw, rawQueries);
    begin.groups("unpack", groups);
    begin.groups("clear", groups);
    begin.run();
  }

  /** Unpacks a block. */
  void unpack(BlockMemory block, BlockScratch scratch, long groups) {
    unpack.bind(raw, block.keys());
    unpack.bind(rawValues, block.values());
    unpack.bind(tiles, block.tiles());
    unpack.bind(packed, scratch.keys());
    unpack.bind(packedValues, scratch.values());
    unpack.bind(marks, scratch.nonFinite());
    unpack.bind(ignored, scratch.ignored());
    unpack.groups("unpackKeys", groups);
    unpack.groups("unpackValues", groups);
    unpack.run();
  }

  /** Writes out results in the storage type. */
  void end(DeviceBuffer rawOut, DeviceBuffer rawLse, long groups) {
    end.bind(raw, rawOut);
    end.bind(lse, rawLse);
    end.groups("normalise", groups);
    end.groups("pack", groups);
    end.run();
  }

  @Override
  public void close() {
    begin.close();
    unpack.close();
    end.close();
  }

  private TornadoNativeArray storage() {
    return dtype == DType.FP32 ? new IntArray(1) : new ShortArray(1);
  }

  private int brain() {
    return dtype == DType.BF16 ? 1 : 0;
  }

  private void unpack(
      TaskGraph tasks,
      String name,
      TornadoNativeArray source,
      IntArray target,
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

  private void pack(TaskGraph tasks) {
    KernelContext context = new KernelContext();
    switch (raw) {
      case IntArray floats ->
          tasks.task("pack", LayoutKernels::packFloat, context, packed, floats, tiles);
      case ShortArray shorts ->
          tasks.task("pack", LayoutKernels::packShort, context, packed, shorts, tiles, brain());
      default -> throw new AssertionError(raw);
    }
  }
}
