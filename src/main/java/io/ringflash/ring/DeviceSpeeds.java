package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/** Measures how fast each device of a group is, all of them busy at once as in a run. */
public final class DeviceSpeeds {
  private static final int WARM_UPS = 3;
  private static final int REPETITIONS = 7;
  private static final int TOKENS = 1024;
  private static final int MAX_HEADS = 4;

  private DeviceSpeeds() {}

  /**
   * Queries per second of each device, on a small problem with the head dimension and storage type
   * of {@code problem}.
   *
   * @throws IllegalStateException if a device fails
   */
  public static double[] measure(DeviceGroup group, AttentionProblem problem, AttnType attnType) {
    try (ExecutorService executor = Executors.newFixedThreadPool(group.size())) {
      List<Callable<Double>> probes =
          group.devices().stream()
              .<Callable<Double>>map(device -> () -> probe(device, problem, attnType))
              .toList();
      List<Future<Double>> speeds = executor.invokeAll(probes);
      double[] result = new double[group.size()];
      for (int rank = 0; rank < result.length; rank++) {
        result[rank] = speeds.get(rank).get();
      }
      return result;
    } catch (ExecutionException e) {
      throw new IllegalStateException("measuring the devices failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("measuring the devices was interrupted", e);
    }
  }

  private static double probe(AttentionDevice device, AttentionProblem problem, AttnType attnType) {
    int heads = Math.min(MAX_HEADS, problem.shape().heads());
    int headDim = problem.shape().headDim();
    AttentionShape shape = new AttentionShape(1, TOKENS, TOKENS, heads, heads, headDim);
    AttentionProblem small = AttentionProblem.plain(shape, problem.dtype());
    try (Arena arena = Arena.ofShared()) {
      Tensor q = random(arena, small.dtype(), shape.queryShape());
      PositionSlice all = PositionSlice.contiguous(0, TOKENS);
      Tensor out = Tensor.allocate(arena, small.dtype(), shape.queryShape());
      Tensor lse = Tensor.allocate(arena, DType.FP32, shape.lseShape());
      List<QueryPart> queries = List.of(new QueryPart(all, q, out, lse));
      KeyValueBlock block = new KeyValueBlock(List.of(new KeyValuePart(all, q, q)));
      ShardRequest request = new ShardRequest(small, queries, attnType, null, () -> false);
      try (ShardAttention shard = device.prepare(request);
          KeyValueBuffer buffer = shard.allocate(List.of(block))) {
        shard.load(buffer, block);
        return TOKENS / medianSeconds(() -> shard.fold(buffer));
      }
    }
  }

  private static double medianSeconds(Runnable work) {
    for (int i = 0; i < WARM_UPS; i++) {
      work.run();
    }
    double[] seconds = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      work.run();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    return new Median().evaluate(seconds);
  }

  private static Tensor random(Arena arena, DType dtype, long[] shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }
}
