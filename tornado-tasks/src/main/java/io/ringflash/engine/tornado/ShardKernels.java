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
 * The three task graphs of a shard, compiled for one {@link KernelForm}: queries in, a block folded
 * in, results out. The arrays are only names, which {@link KernelGraph#bind} gives memory to.
 */
final class ShardKernels implements AutoCloseable {
  private final KernelForm form;

  private final TornadoNativeArray raw;
  private final TornadoNativeArray rawValues;
  private final IntArray packed;
  private final IntArray packedValues;
  private final IntArray nonFinite = new IntArray(1);
  private final IntArray ignored = new IntArray(1);
  private final FloatArray q;
  private final FloatArray k;
  private final FloatArray v;
  private final FloatArray acc;
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS);
  private final FloatArray lse = new FloatArray(TileTable.TOKENS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES + 1);
  private final IntArray shape = new IntArray(KernelShape.INTS);
  private final IntArray queryTiles = new IntArray(TileTable.size(1));
  private final IntArray keyTiles = new IntArray(TileTable.size(1));

  private final KernelGraph begin;
  private final KernelGraph step;
  private final KernelGraph end;

  ShardKernels(TornadoXPUDevice device, KernelForm form) {
    this.form = form;
    int tile = TileTable.TOKENS * form.padded();
    raw = storage();
    rawValues = storage();
    packed = new IntArray(tile);
    packedValues = new IntArray(tile);
    q = new FloatArray(tile);
    k = new FloatArray(tile);
    v = new FloatArray(tile);
    acc = new FloatArray(tile);
    // One tile without tokens, of one head: compiling runs a group of every kernel on it.
    shape.set(KernelShape.ROW_HEADS, 1);
    shape.set(KernelShape.GROUP_SIZE, 1);
    for (IntArray table : List.of(queryTiles, keyTiles)) {
      table.set(TileTable.TILES, 1);
      table.set(TileTable.HEADS, 1);
    }
    begin =
        new KernelGraph(
            device,
            List.of(raw, packed, queryTiles, ignored, acc, maxima, sums),
            List.of("unpack", "clear"),
            graph -> {
              unpack(graph, "unpack", raw, packed, queryTiles, ignored);
              graph.task(
                  "clear",
                  LayoutKernels::clear,
                  new KernelContext(),
                  acc,
                  maxima,
                  sums,
                  form.padded());
            });
    step =
        new KernelGraph(
            device,
            List.of(
                raw,
                rawValues,
                packed,
                packedValues,
                keyTiles,
                nonFinite,
                ignored,
                q,
                k,
                v,
                acc,
                maxima,
                sums,
                shape,
                scalars,
                queryTiles),
            List.of("unpackKeys", "unpackValues", "fold"),
            graph -> {
              unpack(graph, "unpackKeys", raw, packed, keyTiles, ignored);
              unpack(graph, "unpackValues", rawValues, packedValues, keyTiles, nonFinite);
              fold(graph);
            });
    end =
        new KernelGraph(
            device,
            List.of(acc, maxima, sums, queryTiles, lse, packed, raw),
            List.of("normalise", "pack"),
            graph -> {
              graph.task(
                  "normalise",
                  LayoutKernels::normalise,
                  new KernelContext(),
                  acc,
                  maxima,
                  sums,
                  queryTiles,
                  lse,
                  form.padded());
              pack(graph);
            });
  }

  KernelForm form() {
    return form;
  }

  /** Gives the kernels the memory of a shard. */
  void bind(ShardMemory memory) {
    begin.bind(packed, memory.queries());
    begin.bind(queryTiles, memory.queryTiles());
    begin.bind(ignored, memory.ignored());
    begin.bind(acc, memory.accumulators());
    begin.bind(maxima, memory.maxima());
    begin.bind(sums, memory.sums());

    step.bind(ignored, memory.ignored());
    step.bind(q, memory.queries());
    step.bind(acc, memory.accumulators());
    step.bind(maxima, memory.maxima());
    step.bind(sums, memory.sums());
    step.bind(shape, memory.shape());
    step.bind(scalars, memory.scalars());
    step.bind(queryTiles, memory.queryTiles());

    end.bind(acc, memory.accumulators());
    end.bind(packed, memory.accumulators());
    end.bind(maxima, memory.maxima());
    end.bind(sums, memory.sums());
    end.bind(queryTiles, memory.queryTiles());
  }

  /** Takes in the queries and clears the state. */
  void begin(DeviceBuffer rawQueries, long groups) {
    begin.bind(raw, rawQueries);
    begin.groups("unpack", groups);
    begin.groups("clear", groups);
    begin.run();
  }

  /** Folds in a block. */
  void fold(BlockMemory block, BlockScratch scratch, long keyGroups, long queryGroups) {
    step.bind(raw, block.keys());
    step.bind(rawValues, block.values());
    step.bind(keyTiles, block.tiles());
    step.bind(packed, scratch.keys());
    step.bind(k, scratch.keys());
    step.bind(packedValues, scratch.values());
    step.bind(v, scratch.values());
    step.bind(nonFinite, scratch.nonFinite());
    step.groups("unpackKeys", keyGroups);
    step.groups("unpackValues", keyGroups);
    step.groups("fold", queryGroups);
    step.run();
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
    step.close();
    end.close();
  }

  private TornadoNativeArray storage() {
    return form.dtype() == DType.FP32 ? new IntArray(1) : new ShortArray(1);
  }

  private int brain() {
    return form.dtype() == DType.BF16 ? 1 : 0;
  }

  private void unpack(
      TaskGraph graph,
      String name,
      TornadoNativeArray source,
      IntArray target,
      IntArray table,
      IntArray marks) {
    KernelContext context = new KernelContext();
    switch (source) {
      case IntArray floats ->
          graph.task(
              name,
              LayoutKernels::unpackFloat,
              context,
              floats,
              target,
              table,
              marks,
              form.headDim(),
              form.padded());
      case ShortArray shorts ->
          graph.task(
              name,
              LayoutKernels::unpackShort,
              context,
              shorts,
              target,
              table,
              marks,
              form.headDim(),
              form.padded(),
              brain());
      default -> throw new AssertionError(source);
    }
  }

  private void pack(TaskGraph graph) {
    KernelContext context = new KernelContext();
    switch (raw) {
      case IntArray floats ->
          graph.task(
              "pack",
              LayoutKernels::packFloat,
              context,
              packed,
              floats,
              queryTiles,
              form.headDim(),
              form.padded());
      case ShortArray shorts ->
          graph.task(
              "pack",
              LayoutKernels::packShort,
              context,
              packed,
              shorts,
              queryTiles,
              form.headDim(),
              form.padded(),
              brain());
      default -> throw new AssertionError(raw);
    }
  }

  private void fold(TaskGraph graph) {
    KernelContext context = new KernelContext();
    int masked = form.masked() ? 1 : 0;
    int capped = form.capped() ? 1 : 0;
    int biased = form.biased() ? 1 : 0;
    int dropping = form.dropping() ? 1 : 0;
    switch (form.kernel()) {
      case TILED ->
          graph.task(
              "fold",
              FoldKernels::foldAny,
              context,
              q,
              k,
              v,
              acc,
              maxima,
              sums,
              shape,
              scalars,
              queryTiles,
              keyTiles,
              nonFinite,
              form.padded(),
              masked,
              capped,
              biased,
              dropping);
      case REGISTER_64 ->
          graph.task(
              "fold",
              FoldKernels::fold64,
              context,
              q,
              k,
              v,
              acc,
              maxima,
              sums,
              shape,
              scalars,
              queryTiles,
              keyTiles,
              nonFinite,
              form.padded(),
              masked,
              capped,
              biased,
              dropping);
      case REGISTER_128 ->
          graph.task(
              "fold",
              FoldKernels::fold128,
              context,
              q,
              k,
              v,
              acc,
              maxima,
              sums,
              shape,
              scalars,
              queryTiles,
              keyTiles,
              nonFinite,
              form.padded(),
              masked,
              capped,
              biased,
              dropping);
    }
  }
}
