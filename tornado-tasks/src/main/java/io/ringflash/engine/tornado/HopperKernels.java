package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.EngineUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final int OUT = 11;
  private static final int LSE = 12;
  private static final int LAST_BLOCKS = 13;
  private static final int BLOCK = 14;
  private static final int GRID = 15;
  private static final int ARGUMENTS = 16;

  private final TensorForm form;
  private final int blocks;
  private final Allocations allocations;
  private final TensorMaps maps;
  private final CudaKernel fold;
  private final CudaArguments arguments = new CudaArguments(ARGUMENTS);
  private final MemorySegment queryMap = arguments.tensorMap(Q);
  private final MemorySegment keyMap = arguments.tensorMap(K);
  private final MemorySegment valueMap = arguments.tensorMap(V);
  private final MemorySegment block = arguments.ints(BLOCK, 1);
  private final MemorySegment grid = arguments.ints(GRID, HopperGrid.INTS);

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
      arguments.set(TAKEN, allocations.upload(new int[1], stream));
      CudaDriver driver = new CudaDriver();
      long context = driver.contextOf(device);
      maps = new TensorMaps(driver, context);
      fold =
          new CudaKernel(
              driver, context, PtxTask.read(form.hopperFile()), "ringflash_hopper", SHARED_BYTES);
    } catch (PeerUnavailableException | IllegalStateException e) {
      allocations.close();
      arguments.close();
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
      arguments.set(V + 1 + i, state.get(i));
    }
    arguments.set(KEY_TILES - 1, memory.queryTiles());
    arguments.set(SHAPE + 1, memory.scalars());
    arguments.set(OUT, memory.queries());
    arguments.set(LSE, memory.lse());
    arguments.set(LAST_BLOCKS, memory.lastBlocks());
  }

  @Override
  public boolean foldsOnWorker() {
    return false;
  }

  /** The driver takes longer to describe tensors than to launch. */
  @Override
  public Fold prepare(TensorMemory memory, Keys keys) {
    int heads = memory.problem().shape().kvHeads();
    MemorySegment keyTensor = TensorMaps.allocate(Arena.ofAuto());
    MemorySegment valueTensor = TensorMaps.allocate(Arena.ofAuto());
    describe(keyTensor, memory, keys.keys(), keys.tokens(), heads);
    describe(valueTensor, memory, keys.values(), keys.tokens(), heads);
    HopperGrid shares = shareOut(memory, keys);
    return first -> {
      keyMap.copyFrom(keyTensor);
      valueMap.copyFrom(valueTensor);
      arguments.set(KEY_TILES, keys.tiles());
      arguments.set(SHAPE, memory.shape(first));
      block.set(ValueLayout.JAVA_INT, 0, keys.index());
      grid.copyFrom(MemorySegment.ofArray(shares.ints()));
      fold.launch(
          Math.min(shares.items(), blocks),
          (form.hopperWarpGroups() + 1) * WARP_GROUP,
          SHARED_BYTES,
          arguments.addresses());
    };
  }

  @Override
  public void finish(TensorMemory memory) {
    // Each row's last fold has.
  }

  @Override
  public void close() {
    fold.close();
    maps.close();
    allocations.close();
    arguments.close();
  }

  private HopperGrid shareOut(TensorMemory memory, Keys keys) {
    int rowHeads = Math.toIntExact(memory.rowHeads());
    int atOnce = HopperGrid.headsAtOnce(memory.problem().shape(), form.width(), keys.tokens());
    return HopperGrid.of(rowHeads, atOnce, keys.queries(), form.hopperWarpGroups(), blocks);
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
