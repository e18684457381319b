package io.ringflash.engine.tornado;

import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The tensor-core kernels of one {@link TensorForm}. The arrays are only names, which {@link
 * KernelGraph#bind} gives memory to.
 */
final class TensorGraphs implements TensorKernels {
  private static final int TILE = TileTable.TOKENS * TensorForm.WIDEST;
  private static final String SPLIT = "split";
  private static final String FOLD = "fold";
  private static final String FINISH = "finish";

  private final TensorForm form;
  private final TornadoNativeArray q;
  private final TornadoNativeArray k;
  private final TornadoNativeArray v;
  private final TornadoNativeArray out;
  private final FloatArray lse = new FloatArray(TileTable.TOKENS);
  private final FloatArray acc = new FloatArray(TILE);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS * TensorMemory.PARTIAL_SUMS);
  private final IntArray queryTiles = new IntArray(TileTable.size(1));
  private final IntArray keyTiles = new IntArray(TileTable.size(1));
  private final IntArray shape = new IntArray(TensorShape.INTS);
  private final FloatArray scalars = new FloatArray(KernelShape.SLOPES + 1);
  private final ShortArray keyHalves = new ShortArray(TILE);
  private final ShortArray valueHalves = new ShortArray(TILE);
  private final FloatArray factors = new FloatArray(2);

  /** Not in the same graph: TornadoVM would launch the first pre-built task's function for both. */
  private final @Nullable KernelGraph split;

  private final KernelGraph fold;
  private final KernelGraph finish;

  TensorGraphs(TornadoXPUDevice device, TensorForm form) {
    this.form = form;
    this.q = storage(form.dtype());
    this.k = storage(form.dtype());
    this.v = storage(form.dtype());
    this.out = storage(form.dtype());
    describeOneEmptyTile();
    List<TornadoNativeArray> folded =
        List.of(q, k, v, acc, maxima, sums, queryTiles, keyTiles, shape, scalars);
    List<TornadoNativeArray> halves = List.of(keyHalves, valueHalves, factors);
    split =
        form.splits()
            ? compile(
                device,
                SPLIT,
                LayoutKernels.THREADS,
                form.splitFile(),
                joined(List.of(k, v, keyTiles, shape), halves))
            : null;
    fold =
        compile(
            device,
            FOLD,
            form.foldThreads(),
            form.foldFile(),
            form.splits() ? joined(folded, halves) : folded);
    finish =
        compile(
            device,
            FINISH,
            LayoutKernels.THREADS,
            form.finishFile(),
            List.of(acc, maxima, sums, queryTiles, shape, scalars, out, lse));
  }

  @Override
  public void bind(TensorMemory memory) {
    fold.bind(q, memory.queries());
    for (KernelGraph graph : List.of(fold, finish)) {
      graph.bind(acc, memory.accumulators());
      graph.bind(maxima, memory.maxima());
      graph.bind(sums, memory.sums());
      graph.bind(queryTiles, memory.queryTiles());
      graph.bind(scalars, memory.scalars());
    }
    finish.bind(shape, memory.shape(false));
    finish.bind(out, memory.queries());
    finish.bind(lse, memory.lse());
  }

  /** TornadoVM gives each thread a queue of its own. */
  @Override
  public boolean foldsOnWorker() {
    return true;
  }

  @Override
  public Fold prepare(TensorMemory memory, Keys keys) {
    return first -> fold(memory, keys, first);
  }

  private void fold(TensorMemory memory, Keys keys, boolean first) {
    DeviceBuffer nowShape = memory.shape(first);
    SplitScratch scratch = keys.scratch();
    if (split != null && scratch != null) {
      split.bind(k, keys.keys());
      split.bind(v, keys.values());
      split.bind(keyTiles, keys.tiles());
      split.bind(shape, nowShape);
      for (KernelGraph graph : List.of(split, fold)) {
        graph.bind(keyHalves, scratch.keys());
        graph.bind(valueHalves, scratch.values());
        graph.bind(factors, scratch.factors());
      }
      if (keys.headTiles() > 0) {
        split.groups(SPLIT, keys.headTiles());
        split.run();
      }
    }
    fold.bind(k, keys.keys());
    fold.bind(v, keys.values());
    fold.bind(keyTiles, keys.tiles());
    fold.bind(shape, nowShape);
    fold.groups(FOLD, TensorForm.foldGroups(memory));
    fold.run();
  }

  @Override
  public void finish(TensorMemory memory) {
    finish.groups(FINISH, memory.rowHeads() * memory.tiles());
    finish.run();
  }

  @Override
  public void close() {
    if (split != null) {
      split.close();
    }
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

  private static TornadoNativeArray storage(DType dtype) {
    return dtype == DType.FP32 ? new FloatArray(TILE) : new ShortArray(TILE);
  }

  private static List<TornadoNativeArray> joined(
      List<TornadoNativeArray> first, List<TornadoNativeArray> second) {
    List<TornadoNativeArray> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  private static KernelGraph compile(
      TornadoXPUDevice device,
      String name,
      int threads,
      String file,
      List<TornadoNativeArray> arguments) {
    try (PtxTask task = new PtxTask(name, "ringflash_" + name, file, arguments)) {
      return new KernelGraph(device, arguments, Map.of(name, threads), task::addTo);
    }
  }
}
