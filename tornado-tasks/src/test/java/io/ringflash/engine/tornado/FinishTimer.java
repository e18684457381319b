package io.ringflash.engine.tornado;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.util.Arrays;
import java.util.List;

/** Times the kernel that ends a shard on tensor cores; for the device's worker. */
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
    List<PositionSlice> all = List.of(PositionSlice.contiguous(0, shape.seqLenQ()));
    try (TensorGraphs graphs = new TensorGraphs(device.device(), form);
        TensorMemory memory =
            new TensorMemory(
                device.device(), problem, all, form.width(), elements, device.small());
        Allocations results = new Allocations(device.device())) {
      DeviceBuffer lse = results.withHost(shape.seqLenQ() * shape.heads(), Float.BYTES);
      graphs.bind(memory);
      graphs.fold(memory, memory.queries(), memory.queries(), memory.noKeys(), 0, null, true);
      double[] millis = new double[repetitions];
      for (int i = 0; i < repetitions; i++) {
        long start = System.nanoTime();
        graphs.finish(memory, memory.queries(), lse);
        millis[i] = (System.nanoTime() - start) * 1e-6;
      }
      Arrays.sort(millis);
      return millis[repetitions / 2];
    }
  }
}
