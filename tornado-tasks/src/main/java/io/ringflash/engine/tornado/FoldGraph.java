package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The kernels that unpack a block and fold it in, compiled for one {@link FoldForm} and storage
 * type: one graph, so that the host launches and waits once. The arrays are only names, which
 * {@link KernelGraph#bind} gives memory to.
 */
final class FoldGraph implements AutoCloseable {
  /** A tile of the widest register kernel. */
  private static final int TILE = TileTable.TOKENS * 128;

  private final FloatArray q = new FloatArray(TILE);
  private final FloatArray k = new FloatArray(TILE);
  private final FloatArray v = new FloatArray(TILE);
  private final FloatArray acc = new FloatArray(TILE);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS * ShardMemory.PARTIAL_SUMS);
  private final IntArray shape = new IntArray(KernelShape.INTS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES + 1);
  private final IntArray queryTiles = new IntArray(TileTable.size(1));
  private final IntArray keyTiles = new IntArray(TileTable.size(1));
  private final IntArray nonFinite = new IntArray(1);
  private final FloatArray scratch;
  private final TornadoNativeArray rawKeys;
  private final TornadoNativeArray rawValues;
  private final IntArray unpackedKeys = new IntArray(1);
  private final IntArray unpackedValues = new IntArray(1);
  private final IntArray ignored = new IntArray(1);
  private final KernelGraph graph;

  /**
   * @param registers most registers of a thread, through PTX
   * @param dtype storage type of blocks
   */
  FoldGraph(TornadoXPUDevice device, FoldForm form, int registers, DType dtype) {
    StorageTasks storage = new StorageTasks(dtype);
    rawKeys = storage.array();
    rawValues = storage.array();
    scratch = new FloatArray(Math.max(1, form.kernel().scratch()));
    // One tile of one head, and one without keys: compiling runs a group of every kernel on it.
    shape.set(KernelShape.ROW_HEADS, 1);
    shape.set(KernelShape.GROUP_SIZE, 1);
    queryTiles.set(TileTable.TILES, 1);
    keyTiles.set(TileTable.TILES, 1);
    keyTiles.set(TileTable.HEADS, 1);
    graph =
        new KernelGraph(
            device,
            registers,
            List.of(
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
                scratch,
                rawKeys,
                rawValues,
                unpackedKeys,
                unpackedValues,
                ignored),
            Map.of(
                "unpackKeys",
                LayoutKernels.THREADS,
                "unpackValues",
                LayoutKernels.THREADS,
                "fold",
                form.kernel().threads()),
            tasks -> {
              storage.unpack(tasks, "unpackKeys", rawKeys, unpackedKeys, keyTiles, ignored, true);
              storage.unpack(
                  tasks, "unpackValues", rawValues, unpackedValues, keyTiles, nonFinite, false);
              addTask(tasks, form, products(device));
            });
  }

  /** Gives the kernels the memory of a shard. */
  void bind(ShardMemory memory) {
    graph.bind(q, memory.queries());
    graph.bind(acc, memory.accumulators());
    graph.bind(maxima, memory.maxima());
    graph.bind(sums, memory.sums());
    graph.bind(shape, memory.shape());
    graph.bind(scalars, memory.scalars());
    graph.bind(queryTiles, memory.queryTiles());
    graph.bind(scratch, memory.scratch());
  }

  /**
   * Unpacks a block into {@code scratch}, and folds it in.
   *
   * @param keyGroups tiles of all heads of the block
   * @param queryGroups tiles of all heads of the queries
   */
  void run(BlockMemory block, UnpackedScratch scratch, long keyGroups, long queryGroups) {
    graph.bind(rawKeys, block.keys());
    graph.bind(rawValues, block.values());
    graph.bind(keyTiles, block.tiles());
    graph.bind(unpackedKeys, scratch.keys());
    graph.bind(k, scratch.keys());
    graph.bind(unpackedValues, scratch.values());
    graph.bind(v, scratch.values());
    graph.bind(nonFinite, scratch.nonFinite());
    graph.bind(ignored, scratch.ignored());
    graph.groups("unpackKeys", keyGroups);
    graph.groups("unpackValues", keyGroups);
    graph.groups("fold", queryGroups);
    graph.run();
  }

  @Override
  public void close() {
    graph.close();
  }

  private static int products(TornadoXPUDevice device) {
    return device.getTornadoVMBackend() == TornadoVMBackendType.SPIRV
        ? KernelMath.INT_PRODUCTS
        : KernelMath.LONG_PRODUCTS;
  }

  private void addTask(TaskGraph tasks, FoldForm form, int products) {
    KernelContext context = new KernelContext();
    int masked = form.masked() ? 1 : 0;
    int capped = form.capped() ? 1 : 0;
    int biased = form.biased() ? 1 : 0;
    int dropping = form.dropping() ? products : 0;
    switch (form.kernel()) {
      case TILED ->
          tasks.task(
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
              masked,
              capped,
              biased,
              dropping);
      case REGISTER_64 ->
          tasks.task(
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
              masked,
              capped,
              biased,
              dropping);
      case REGISTER_128 ->
          tasks.task(
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
              masked,
              capped,
              biased,
              dropping);
      case VECTOR ->
          tasks.task(
              "fold",
              VectorKernels::fold,
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
              scratch,
              masked,
              capped,
              biased,
              dropping);
    }
  }
}
