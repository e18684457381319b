package io.ringflash.engine.tornado;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.Oracle;
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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * First numbers of a device: checks sampled rows against the oracle, then times one fold of
 * everything into everything, a ring step's host time, and an upload beside a fold.
 *
 * <p>Arguments: device, sequence length, heads, repetitions, then cases such as {@code 64 64c
 * 128t}: head dimension, c for causal, t for the general kernel, j for the best one in Java, h for
 * FP16, b for BF16. Everything is repeated for a second (system property {@code
 * ringflash.warmUpMillis}) before it is timed.
 */
final class FoldBenchmark {
  private static final int SAMPLED_ROWS = 24;

  /**
   * TornadoVM's own code takes a millisecond a fold until the JVM has compiled it, and an idle GPU
   * some time to reach its clock.
   */
  private static final long WARM_UP_NANOS =
      Long.getLong("ringflash.warmUpMillis", 1000) * 1_000_000;

  private final String device;
  private final int seqLen;
  private final int heads;
  private final int repetitions;

  private FoldBenchmark(String device, int seqLen, int heads, int repetitions) {
    this.device = device;
    this.seqLen = seqLen;
    this.heads = heads;
    this.repetitions = repetitions;
  }

  public static void main(String[] args) {
    FoldBenchmark benchmark =
        new FoldBenchmark(
            args[0],
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]));
    try (RingFlashAttention attention = RingFlashAttention.on(args[0])) {
      System.out.println(attention.group().device(0).info());
      for (String name : Arrays.copyOfRange(args, 4, args.length)) {
        benchmark.run(attention, name);
      }
    }
    System.exit(0);
  }

  private void run(RingFlashAttention attention, String name) {
    int headDim = Integer.parseInt(name.replaceAll("[^0-9]", ""));
    boolean causal = name.contains("c");
    AttnType attnType =
        name.contains("t") ? AttnType.TILED : name.contains("j") ? AttnType.JAVA : AttnType.AUTO;
    DType dtype = name.contains("h") ? DType.FP16 : name.contains("b") ? DType.BF16 : DType.FP32;
    AttentionShape shape = new AttentionShape(1, seqLen, seqLen, heads, heads, headDim);
    AttentionProblem problem = problem(shape, dtype, causal);
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(1);
      Tensor q = random(arena, random, dtype, shape.queryShape());
      Tensor k = random(arena, random, dtype, shape.keyShape());
      Tensor v = random(arena, random, dtype, shape.keyShape());
      AttentionOptions options =
          AttentionOptions.builder().causal(causal).attnType(attnType).build();
      long start = System.nanoTime();
      attention.forward(q, k, v, options);
      double first = (System.nanoTime() - start) * 1e-6;
      start = System.nanoTime();
      AttentionResult result = attention.forward(q, k, v, options);
      double second = (System.nanoTime() - start) * 1e-6;
      System.out.printf(
          "%s: %s, whole call %.1f ms (first %.1f ms), %s%n",
          name, result.report().kernels(), second, first, errors(problem, q, k, v, result));
      timeFold(attention.group().device(0), problem, attnType, q, k, v);
    }
  }

  private static AttentionProblem problem(AttentionShape shape, DType dtype, boolean causal) {
    return new AttentionProblem(
        shape,
        dtype,
        causal ? AttentionMask.CAUSAL : AttentionMask.NONE,
        AttentionProblem.defaultScale(shape.headDim()),
        0,
        Alibi.NONE,
        Dropout.NONE);
  }

  private static String errors(
      AttentionProblem problem, Tensor q, Tensor k, Tensor v, AttentionResult result) {
    Oracle oracle = new Oracle(problem, new AttentionInputs(q, k, v));
    AttentionShape shape = problem.shape();
    double[] expected = new double[shape.headDim()];
    double outError = 0;
    double lseError = 0;
    Random random = new Random(2);
    for (int i = 0; i < SAMPLED_ROWS; i++) {
      long row = i == 0 ? 0 : i == 1 ? shape.seqLenQ() - 1 : random.nextLong(shape.seqLenQ());
      int head = random.nextInt(shape.heads());
      double lse = oracle.row(0, head, row, expected);
      lseError = larger(lseError, Math.abs(lse - result.lse().orElseThrow().get(0, head, row)));
      for (int d = 0; d < expected.length; d++) {
        outError = larger(outError, Math.abs(expected[d] - result.out().get(0, row, head, d)));
      }
    }
    return "errors: out %.2e, lse %.2e".formatted(outError, lseError);
  }

  /** As Math.max, but NaN is the largest. */
  private static double larger(double a, double b) {
    return b <= a ? a : b;
  }

  private void timeFold(
      AttentionDevice target,
      AttentionProblem problem,
      AttnType attnType,
      Tensor q,
      Tensor k,
      Tensor v) {
    try (Arena arena = Arena.ofShared()) {
      PositionSlice all = PositionSlice.contiguous(0, seqLen);
      Tensor out = Tensor.allocate(arena, problem.dtype(), problem.shape().queryShape());
      Tensor lse = Tensor.allocate(arena, DType.FP32, problem.shape().lseShape());
      List<QueryPart> queries = List.of(new QueryPart(all, q, out, lse));
      KeyValueBlock block = new KeyValueBlock(List.of(new KeyValuePart(all, k, v)));
      ShardRequest request =
          new ShardRequest(
              problem, queries, List.of(block, block), attnType, null, false, () -> false);
      try (GpuClock clock = GpuClock.start();
          ShardAttention shard = target.prepare(request);
          KeyValueBuffer even = shard.allocate(List.of(block));
          KeyValueBuffer odd = shard.allocate(List.of(block))) {
        shard.load(even, block);
        double load = median(() -> shard.load(odd, block));
        warmUp(() -> shard.fold(even));
        long start = System.nanoTime();
        double fold = median(() -> shard.fold(even));
        String clockOfFold = clock.since(start);
        double both =
            median(() -> {
              CompletableFuture<Void> arrival =
                  CompletableFuture.runAsync(() -> shard.load(odd, block));
              shard.fold(even);
              arrival.join();
            });
        double pairs = (double) seqLen * seqLen * (problem.mask().causal() ? 0.5 : 1);
        double flops = 4 * pairs * heads * problem.shape().headDim();
        System.out.printf(
            "  fold %.3f ms = %.2f TFLOP/s at %s; load %.3f ms; both at once %.3f ms%n",
            fold, flops / fold * 1e-9, clockOfFold, load, both);
      }
    }
    System.out.printf("  host time of a fold that has nothing to do: %.3f ms%n", emptyFold(target));
  }

  /** One query, and one key that it does not see: the kernels are launched and end at once. */
  private double emptyFold(AttentionDevice target) {
    AttentionShape shape =
        new AttentionShape(1, TileTable.TOKENS + 1, TileTable.TOKENS + 1, 1, 1, 64);
    AttentionProblem problem = problem(shape, DType.FP32, true);
    try (Arena arena = Arena.ofShared()) {
      Tensor one = Tensor.allocate(arena, DType.FP32, 1, 1, 1, 64);
      Tensor lse = Tensor.allocate(arena, DType.FP32, 1, 1, 1);
      PositionSlice first = PositionSlice.contiguous(0, 1);
      PositionSlice last = PositionSlice.contiguous(TileTable.TOKENS, 1);
      List<QueryPart> queries = List.of(new QueryPart(first, one, one, lse));
      KeyValueBlock block = new KeyValueBlock(List.of(new KeyValuePart(last, one, one)));
      ShardRequest request =
          new ShardRequest(
              problem, queries, List.of(block, block), AttnType.AUTO, null, false, () -> false);
      try (ShardAttention shard = target.prepare(request);
          KeyValueBuffer buffer = shard.allocate(List.of(block))) {
        shard.load(buffer, block);
        for (int i = 0; i < 500; i++) {
          shard.fold(buffer);
        }
        return median(() -> shard.fold(buffer));
      }
    }
  }

  private static void warmUp(Runnable work) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    work.run();
    while (System.nanoTime() < end) {
      work.run();
    }
  }

  private double median(Runnable work) {
    work.run();
    work.run();
    double[] millis = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      long start = System.nanoTime();
      work.run();
      millis[i] = (System.nanoTime() - start) * 1e-6;
    }
    Arrays.sort(millis);
    return millis[repetitions / 2];
  }

  private static Tensor random(Arena arena, Random random, DType dtype, long[] shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }
}
