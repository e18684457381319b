package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.util.Arrays;
import java.util.List;

/** Times the kernel that ends a shard of {@code tensor}'s; for the device's worker. */
final class FinishTimer {
  private final TornadoAttentionDevice device;
  private final AttentionProblem problem;

  /**
   * @param problem whose queries are one shard
   */
  FinishTimer(TornadoAttentionDevice device, AttentionProblem problem) {
    this.device = device;
    this.problem = problem;
  }

  /** The median of some repetitions, host time included. */
  double millis(int repetitions) {
    AttentionShape shape = problem.shape();
    TensorForm form = TensorForm.of(problem);
    long elements = shape.seqLenQ() * shape.heads() * shape.headDim();
    List<PositionSlice> slices = List.of(PositionSlice.contiguous(0, shape.seqLenQ()));
    try (TensorKernels kernels = device.newTensorKernels(form);
        TensorMemory memory =
            new TensorMemory(
                device.device(),
                problem,
                slices,
                form.width(),
                elements,
                new int[TileTable.tiles(slices)],
                device.small());
        Allocations keys = new Allocations(device.device())) {
      kernels.bind(memory);
      // Rows without keys would be quicker: their state is not read. Any numbers do for keys.
      DeviceBuffer any = memory.queries();
      DeviceBuffer table =
          keys.upload(
              TileTable.of(slices, shape.kvHeads(), shape.headDim(), form.width(), 1),
              device.small());
      TileRange all = TileRange.ofFirst(memory.tiles());
      long headTiles = (long) shape.kvHeads() * all.count();
      kernels
          .prepare(
              memory,
              new TensorKernels.Keys(any, any, table, headTiles, shape.seqLenQ(), all, 0, null))
          .run(true);
      double[] millis = new double[repetitions];
      for (int i = 0; i < repetitions; i++) {
        long start = System.nanoTime();
        kernels.finish(memory);
        millis[i] = (System.nanoTime() - start) * 1e-6;
      }
      Arrays.sort(millis);
      return millis[repetitions / 2];
    }
  }
}
