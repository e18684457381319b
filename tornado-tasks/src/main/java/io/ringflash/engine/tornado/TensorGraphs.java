package io.ringflash.engine.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The tensor-core kernels of one {@link TensorForm}. The arrays are only names, which {@link
 * KernelGraph#bind} gives memory to.
 */
final class TensorGraphs implements AutoCloseable {
  /** Query tiles that a group of the fold takes. */
  private static final int TILES_PER_GROUP = 2;

  private static final int TILE = TileTable.TOKENS * TensorForm.WIDEST;

  private final ShortArray q = new ShortArray(TILE);
  private final ShortArray k = new ShortArray(TILE);
  private final ShortArray v = new ShortArray(TILE);
  private final ShortArray out = new ShortArray(TILE);
  private final FloatArray lse = new FloatArray(TileTable.TOKENS);
  private final FloatArray acc = new FloatArray(TILE);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS * TensorMemory.PARTIAL_SUMS);
  private final IntArray queryTiles = new IntArray(TileTable.size(1));
  private final IntArray keyTiles = new IntArray(TileTable.size(1));
  private final IntArray shape = new IntArray(TensorShape.INTS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES + 1);
  private final KernelGraph fold;
  private final KernelGraph finish;

  TensorGraphs(TornadoXPUDevice device, TensorForm form) {
    describeOneEmptyTile();
    fold =
        compile(
            device,
            "fold",
            form.foldFile(),
            List.of(q, k, v, acc, maxima, sums, queryTiles, keyTiles, shape, scalars));
    finish =
        compile(
            device,
            "finish",
            form.finishFile(),
            List.of(acc, maxima, sums, queryTiles, shape, scalars, out, lse));
  }

  /** Gives the kernels the memory of a shard. */
  void bind(TensorMemory memory) {
    fold.bind(q, memory.queries());
    for (KernelGraph graph : List.of(fold, finish)) {
      graph.bind(acc, memory.accumulators());
      graph.bind(maxima, memory.maxima());
      graph.bind(sums, memory.sums());
      graph.bind(queryTiles, memory.queryTiles());
      graph.bind(scalars, memory.scalars());
    }
    finish.bind(shape, memory.shape(false));
  }

  /**
   * Folds in some keys.
   *
   * @param first whether these are the shard's first
   */
  void fold(
      TensorMemory memory,
      DeviceBuffer keys,
      DeviceBuffer values,
      DeviceBuffer tiles,
      boolean first) {
    fold.bind(k, keys);
    fold.bind(v, values);
    fold.bind(keyTiles, tiles);
    fold.bind(shape, memory.shape(first));
    fold.groups("fold", memory.rowHeads() * Math.ceilDiv(memory.tiles(), TILES_PER_GROUP));
    fold.run();
  }

  /** Writes out results in the storage type. */
  void finish(TensorMemory memory, DeviceBuffer results, DeviceBuffer rawLse) {
    finish.bind(out, results);
    finish.bind(lse, rawLse);
    finish.groups("finish", memory.rowHeads() * memory.tiles());
    finish.run();
  }

  @Override
  public void close() {
    fold.close();
    finish.close();
  }

  /** No tokens, no keys: compiling runs a group of each kernel on it. */
  private void describeOneEmptyTile() {
    for (IntArray table : List.of(queryTiles, keyTiles)) {
      table.set(TileTable.HEADS, 1);
    }
    queryTiles.set(TileTable.TILES, 1);
    shape.set(KernelShape.ROW_HEADS, 1);
    shape.set(KernelShape.GROUP_SIZE, 1);
    shape.set(TensorShape.HEAD_DIM, 64);
    shape.set(TensorShape.FIRST, 1);
  }

  private static KernelGraph compile(
      TornadoXPUDevice device, String name, String file, List<TornadoNativeArray> arguments) {
    try (PtxTask task = new PtxTask(name, "ringflash_" + name, file, arguments)) {
      return new KernelGraph(device, arguments, List.of(name), task::addTo);
    }
  }
}
