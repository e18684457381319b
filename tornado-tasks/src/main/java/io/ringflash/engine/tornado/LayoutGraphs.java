package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The task graphs around folding, compiled for one storage type: queries in, results out. The
 * arrays are only names, which {@link KernelGraph#bind} gives memory to.
 */
final class LayoutGraphs implements AutoCloseable {
  private final TornadoNativeArray raw;
  private final IntArray packed = new IntArray(1);
  private final IntArray ignored = new IntArray(1);
  private final FloatArray queries = new FloatArray(1);
  private final FloatArray acc = new FloatArray(1);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS * ShardMemory.PARTIAL_SUMS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES);
  private final FloatArray lse = new FloatArray(1);
  private final IntArray tiles = new IntArray(TileTable.size(1));

  private final KernelGraph begin;
  private final KernelGraph end;

  LayoutGraphs(TornadoXPUDevice device, DType dtype) {
    StorageTasks storage = new StorageTasks(dtype);
    this.raw = storage.array();
    // One tile without tokens, of one head: compiling runs a group of every kernel on it.
    tiles.set(TileTable.TILES, 1);
    tiles.set(TileTable.HEADS, 1);
    begin =
        new KernelGraph(
            device,
            List.of(raw, packed, tiles, ignored, queries, acc, maxima, sums, scalars),
            Map.of("unpack", LayoutKernels.THREADS, "clear", LayoutKernels.THREADS),
            tasks -> {
              storage.unpack(tasks, "unpack", raw, packed, tiles, ignored, true);
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
    end =
        new KernelGraph(
            device,
            List.of(acc, maxima, sums, tiles, lse, packed, raw),
            Map.of("normalise", LayoutKernels.THREADS, "pack", LayoutKernels.THREADS),
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
              storage.pack(tasks, "pack", packed, raw, tiles);
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
    end.close();
  }
}
