package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.EngineUnavailableException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** Hopper's kernels: they multiply in whole warp groups, and have the copy engine bring tiles. */
final class HopperKernels implements TensorKernels {
  /** As much as a group can have; its stages take most of it. */
  private static final int SHARED_BYTES = 227 << 10;

  /** Of a group's threads, those that bring tiles to the others. */
  private static final int WARP_GROUP = 128;

  private static final int Q = 0;
  private static final int K = 1;
  private static final int V = 2;
  private static final int KEY_TILES = 7;
  private static final int SHAPE = 8;
  private static final int TAKEN = 10;
  private static final int GRID = 11;
  private static final int FOLD_ARGUMENTS = 12;

  /** The finishing kernel's first argument is TornadoVM's, and unused. */
  private static final int FINISH_SHAPE = 5;

  private static final int OUT = 7;
  private static final int LSE = 8;
  private static final int FINISH_ARGUMENTS = 9;

  private final TensorForm form;
  private final int blocks;
  private final Allocations allocations;
  private final TensorMaps maps;
  private final CudaKernel fold;
  private final CudaKernel finish;
  private final CudaArguments folded = new CudaArguments(FOLD_ARGUMENTS);
  private final CudaArguments finished = new CudaArguments(FINISH_ARGUMENTS);
  private final MemorySegment queryMap = folded.tensorMap(Q);
  private final MemorySegment keyMap = folded.tensorMap(K);
  private final MemorySegment valueMap = folded.tensorMap(V);
  private final MemorySegment grid = folded.ints(GRID, HopperGrid.INTS);

  /**
   * Loads the kernels.
   *
   * @param blocks that the device runs at once, one on each of its multiprocessors
   * @param stream names the queue of a small upload
   * @throws EngineUnavailableException if the driver is too old for them
   */
  HopperKernels(TornadoXPUDevice device, TensorForm form, int blocks, long stream) {
    this.form = form;
    this.blocks = blocks;
    this.allocations = new Allocations(device);
    try {
      folded.set(TAKEN, allocations.upload(new int[1], stream));
      CudaDriver driver = new CudaDriver();
      long context = driver.contextOf(device);
      maps = new TensorMaps(driver, context);
      fold =
          new CudaKernel(
              driver, context, PtxTask.read(form.hopperFile()), "ringflash_hopper", SHARED_BYTES);
      finish =
          new CudaKernel(
              driver, context, PtxTask.readWhole(form.finishFile()), "ringflash_finish", 0);
    } catch (PeerUnavailableException | IllegalStateException e) {
      allocations.close();
      folded.close();
      finished.close();
      throw new EngineUnavailableException(
          "Hopper's kernels need NVIDIA's driver 525 or newer: %s; attn-type 'tensor' does without them"
              .formatted(e.getMessage()));
    }
  }

  @Override
  public void bind(TensorMemory memory) {
    describe(
        queryMap, memory, memory.queries(), memory.queryTokens(), memory.problem().shape().heads());
    List<DeviceBuffer> state = List.of(memory.accumulators(), memory.maxima(), memory.sums());
    for (int i = 0; i < state.size(); i++) {
      folded.set(V + 1 + i, state.get(i));
      finished.set(1 + i, state.get(i));
    }
    folded.set(KEY_TILES - 1, memory.queryTiles());
    folded.set(SHAPE + 1, memory.scalars());
    finished.set(FINISH_SHAPE - 1, memory.queryTiles());
    finished.set(FINISH_SHAPE, memory.shape(false));
    finished.set(FINISH_SHAPE + 1, memory.scalars());
  }

  @Override
  public boolean foldsOnWorker() {
    return false;
  }

  @Override
  public void fold(TensorMemory memory, Keys keys, boolean first) {
    int heads = memory.problem().shape().kvHeads();
    describe(keyMap, memory, keys.keys(), keys.tokens(), heads);
    describe(valueMap, memory, keys.values(), keys.tokens(), heads);
    folded.set(KEY_TILES, keys.tiles());
    folded.set(SHAPE, memory.shape(first));
    int warpGroups = form.hopperWarpGroups();
    int items = shareOut(memory, keys, warpGroups);
    fold.launch(
        Math.min(items, blocks), (warpGroups + 1) * WARP_GROUP, SHARED_BYTES, folded.addresses());
  }

  @Override
  public void finish(TensorMemory memory, DeviceBuffer results, DeviceBuffer rawLse) {
    finished.set(OUT, results);
    finished.set(LSE, rawLse);
    finish.launch(
        memory.rowHeads() * memory.tiles(), LayoutKernels.THREADS, 0, finished.addresses());
  }

  @Override
  public void close() {
    fold.close();
    finish.close();
    maps.close();
    allocations.close();
    folded.close();
    finished.close();
  }

  /** Returns the number of items. */
  private int shareOut(TensorMemory memory, Keys keys, int warpGroups) {
    int rowHeads = Math.toIntExact(memory.rowHeads());
    int atOnce = HopperGrid.headsAtOnce(memory.problem().shape(), form.width(), keys.tokens());
    HopperGrid shares = HopperGrid.of(rowHeads, atOnce, keys.queries(), warpGroups, blocks);
    grid.copyFrom(MemorySegment.ofArray(shares.ints()));
    return shares.items();
  }

  private void describe(
      MemorySegment map, TensorMemory memory, DeviceBuffer tensor, long tokens, int heads) {
    AttentionShape shape = memory.problem().shape();
    long lead = (long) TensorShape.LEAD * form.dtype().byteSize();
    maps.describe(
        map,
        tensor.handle() + DeviceBuffer.HEADER + lead,
        form.dtype(),
        shape.batch(),
        tokens,
        heads,
        shape.headDim());
  }
}
