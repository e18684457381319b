package io.ringflash.engine.tornado;

import io.ringflash.engine.EngineUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** The kernels of {@link TensorGraphs}, through NVIDIA's OpenCL. */
final class OpenClTensorKernels implements TensorKernels {
  // Arguments; the first of each kernel is TornadoVM's, and unused.
  private static final int Q = 1;
  private static final int K = 2;
  private static final int V = 3;
  private static final int STATE = 4;
  private static final int QUERY_TILES = 7;
  private static final int KEY_TILES = 8;
  private static final int SHAPE = 9;
  private static final int SCALARS = 10;
  private static final int HALVES = 11;

  private static final int FINISH_STATE = 1;
  private static final int FINISH_QUERY_TILES = 4;
  private static final int FINISH_SHAPE = 5;
  private static final int FINISH_SCALARS = 6;
  private static final int OUT = 7;
  private static final int LSE = 8;

  private static final int SPLIT_K = 1;
  private static final int SPLIT_V = 2;
  private static final int SPLIT_KEY_TILES = 3;
  private static final int SPLIT_SHAPE = 4;
  private static final int SPLIT_HALVES = 5;

  private final TensorForm form;
  private final List<OpenClKernel> loaded = new ArrayList<>();
  private final @Nullable OpenClKernel split;
  private final OpenClKernel fold;
  private final OpenClKernel finish;

  /**
   * Loads the kernels.
   *
   * @throws EngineUnavailableException if the driver is too old for them
   */
  OpenClTensorKernels(TornadoXPUDevice device, TensorForm form) {
    this.form = form;
    OpenClLibrary library = new OpenClLibrary();
    try {
      long context = library.contextOf(device);
      long id = library.deviceOf(context, device);
      Loader loader = (file, name) -> new OpenClKernel(library, context, id, file, name);
      split = form.splits() ? load(loader, form.splitFile(), "ringflash_split") : null;
      fold = load(loader, form.foldFile(), "ringflash_fold");
      finish = load(loader, form.finishFile(), "ringflash_finish");
    } catch (IllegalStateException e) {
      close();
      throw new EngineUnavailableException(
          "tensor cores through OpenCL need NVIDIA's driver 510 or newer: %s; attn-type 'java' does without them"
              .formatted(e.getMessage()));
    }
  }

  private interface Loader {
    OpenClKernel load(String ptx, String name);
  }

  private OpenClKernel load(Loader loader, String file, String name) {
    OpenClKernel kernel = loader.load(PtxTask.readWhole(file), name);
    loaded.add(kernel);
    return kernel;
  }

  @Override
  public void bind(TensorMemory memory) {
    fold.set(Q, memory.queries());
    bindState(memory, fold, STATE);
    fold.set(QUERY_TILES, memory.queryTiles());
    fold.set(SCALARS, memory.scalars());
    bindState(memory, finish, FINISH_STATE);
    finish.set(FINISH_QUERY_TILES, memory.queryTiles());
    finish.set(FINISH_SHAPE, memory.shape(false));
    finish.set(FINISH_SCALARS, memory.scalars());
    finish.set(OUT, memory.queries());
    finish.set(LSE, memory.lse());
  }

  private static void bindState(TensorMemory memory, OpenClKernel kernel, int first) {
    kernel.set(first, memory.accumulators());
    kernel.set(first + 1, memory.maxima());
    kernel.set(first + 2, memory.sums());
  }

  @Override
  public boolean foldsOnWorker() {
    return false;
  }

  @Override
  public Fold prepare(TensorMemory memory, Keys keys) {
    return first -> fold(memory, keys, first);
  }

  private void fold(TensorMemory memory, Keys keys, boolean first) {
    DeviceBuffer shape = memory.shape(first);
    SplitScratch scratch = keys.scratch();
    if (split != null && scratch != null) {
      bindHalves(scratch, split, SPLIT_HALVES);
      bindHalves(scratch, fold, HALVES);
      split(split, keys, shape);
    }
    fold.set(K, keys.keys());
    fold.set(V, keys.values());
    fold.set(KEY_TILES, keys.tiles());
    fold.set(SHAPE, shape);
    fold.launch(TensorForm.foldGroups(memory), form.foldThreads());
  }

  private static void bindHalves(SplitScratch scratch, OpenClKernel kernel, int first) {
    kernel.set(first, scratch.keys());
    kernel.set(first + 1, scratch.values());
    kernel.set(first + 2, scratch.factors());
  }

  private static void split(OpenClKernel split, Keys keys, DeviceBuffer shape) {
    if (keys.headTiles() > 0) {
      split.set(SPLIT_K, keys.keys());
      split.set(SPLIT_V, keys.values());
      split.set(SPLIT_KEY_TILES, keys.tiles());
      split.set(SPLIT_SHAPE, shape);
      split.launch(keys.headTiles(), LayoutKernels.THREADS);
    }
  }

  @Override
  public void finish(TensorMemory memory) {
    finish.launch(memory.rowHeads() * memory.tiles(), LayoutKernels.THREADS);
  }

  @Override
  public void close() {
    loaded.forEach(OpenClKernel::close);
    loaded.clear();
  }
}
