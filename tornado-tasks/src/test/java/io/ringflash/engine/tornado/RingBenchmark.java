package io.ringflash.engine.tornado;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Oracle;
import io.ringflash.attention.VisiblePairs;
import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.ring.BlockRequest;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.Exchange;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.ForwardingTransfers;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.Transfers;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * The time of a ring whose tensors are on its devices, as {@code ring.py} measures PyTorch's: ranks
 * start together, each with its queries and its own block there, and the slowest one's time counts
 * until it has folded the last block in. Dividing and rounding, where it is no part of the folds
 * but done while results are brought to the host, is timed by itself and added. Sampled rows are
 * held against the oracle first.
 *
 * <p>Arguments: devices, exchange, heads, head dimension, repetitions, then cases such as {@code
 * 8192 8192c 131072w4096}: sequence length, c for causal with zigzag sharding, w for a window of so
 * many keys before each query, r for the ring alone. Other cases are also run on each device alone,
 * in turns with the ring, which is compared with their mean. One repetition is the verified run
 * itself.
 */
final class RingBenchmark {
  private static final int SAMPLED_ROWS = 6;
  private static final double TOLERANCE = 2e-3;

  /** The JVM's compilers need some time. */
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  private final List<RingFlashAttention> alone;
  private final RingFlashAttention ring;
  private final int heads;
  private final int headDim;
  private final int repetitions;

  private RingBenchmark(
      List<RingFlashAttention> alone,
      RingFlashAttention ring,
      int heads,
      int headDim,
      int repetitions) {
    this.alone = alone;
    this.ring = ring;
    this.heads = heads;
    this.headDim = headDim;
    this.repetitions = repetitions;
  }

  public static void main(String[] args) {
    EngineRegistry registry = EngineRegistry.withServices(new CpuEngine());
    List<DeviceId> ids = DeviceId.parseList(args[0]);
    ExchangeKind kind = ExchangeKind.valueOf(args[1].toUpperCase(Locale.ROOT));
    List<RingFlashAttention> alone =
        ids.stream().map(id -> open(registry, List.of(id), ExchangeKind.HOST)).toList();
    try (RingFlashAttention ring = open(registry, ids, kind)) {
      RingBenchmark benchmark =
          new RingBenchmark(
              alone,
              ring,
              Integer.parseInt(args[2]),
              Integer.parseInt(args[3]),
              Integer.parseInt(args[4]));
      for (String name : Arrays.copyOfRange(args, 5, args.length)) {
        benchmark.run(name);
      }
    }
    alone.forEach(RingFlashAttention::close);
    System.exit(0);
  }

  private static RingFlashAttention open(
      EngineRegistry registry, List<DeviceId> ids, ExchangeKind kind) {
    DeviceGroup group = DeviceGroup.open(registry, ids);
    return new RingFlashAttention(group, new StartTogether(kind.create(), ids.size()));
  }

  private void run(String name) {
    String[] parts = name.replaceAll("[cr]", "").split("w");
    long seqLen = Long.parseLong(parts[0]);
    boolean causal = name.contains("c");
    AttentionOptions.Builder builder =
        AttentionOptions.builder()
            .causal(causal)
            .sharding(causal ? Sharding.ZIGZAG : Sharding.CONTIGUOUS);
    if (parts.length > 1) {
      builder.window(Integer.parseInt(parts[1]), 0);
    }
    AttentionOptions options = builder.build();
    AttentionShape shape = new AttentionShape(1, seqLen, seqLen, heads, heads, headDim);
    try (Arena arena = Arena.ofShared()) {
      AttentionInputs inputs = new RandomInputs(arena, DType.FP16, 1).create(shape);
      AttentionProblem problem = options.problem(inputs.q(), inputs.k());
      double flops = VisiblePairs.flops(problem, inputs);
      AttentionResult first = call(ring, arena, inputs, options);
      String verified = verify(problem, inputs, first);
      List<List<RingReport>> lone = new ArrayList<>();
      List<RingReport> reports = new ArrayList<>(List.of(first.report()));
      long warm = System.nanoTime() + WARM_UP_NANOS;
      int left = repetitions > 1 ? repetitions : 0;
      while (left > 0) {
        left -= System.nanoTime() > warm ? 1 : 0;
        try (Arena results = Arena.ofShared()) {
          if (!name.contains("r")) {
            lone.add(
                alone.stream().map(one -> call(one, results, inputs, options).report()).toList());
          }
          reports.add(call(ring, results, inputs, options).report());
        }
      }
      double finish = finishMillis(problem, seqLen / ring.group().size(), first.report().kernels());
      System.out.printf("%s: %s, %s%n", name, reports.getLast().exchange(), verified);
      print(flops, finish, timed(lone), timed(reports));
    }
  }

  private <T> List<T> timed(List<T> all) {
    return all.subList(Math.max(0, all.size() - repetitions), all.size());
  }

  private static AttentionResult call(
      RingFlashAttention attention, Arena arena, AttentionInputs inputs, AttentionOptions options) {
    return attention.forward(arena, inputs.q(), inputs.k(), inputs.v(), options);
  }

  /**
   * The slowest rank's time from when it goes on with its first block to the end of its last fold.
   */
  private static double millis(RingReport report) {
    return report.ranks().stream()
        .mapToDouble(rank -> (endNanos(rank) - startNanos(rank)) * 1e-6)
        .max()
        .orElseThrow();
  }

  private static long endNanos(RankReport rank) {
    RankReport.StepReport last = rank.steps().getLast();
    return last.startNanos() + last.computeNanos();
  }

  /** The second block is asked for as soon as the first one is there. */
  private static long startNanos(RankReport rank) {
    return rank.steps().size() > 1
        ? rank.steps().get(1).postNanos()
        : rank.steps().getFirst().startNanos();
  }

  private void print(
      double flops, double finish, List<List<RingReport>> lone, List<RingReport> reports) {
    int devices = ring.group().size();
    double ringTime = median(reports.stream().map(RingBenchmark::millis).toList()) + finish;
    double rate = flops / devices / ringTime * 1e-9;
    double call = median(reports.stream().map(report -> report.nanos() * 1e-6).toList());
    System.out.printf(
        "  ring %.3f ms, %.3f of it to finish: %.1f TFLOP/s per device; whole call %.1f ms%n",
        ringTime, finish, rate, call);
    if (!lone.isEmpty()) {
      double mean = 0;
      for (int i = 0; i < devices; i++) {
        int device = i;
        double time =
            median(lone.stream().map(each -> millis(each.get(device))).toList()) + finish * devices;
        System.out.printf(
            "  %s alone %.3f ms: %.1f TFLOP/s%n",
            ring.group().device(i).info().id(), time, flops / time * 1e-9);
        mean += time / devices;
      }
      System.out.printf("  ratio to a device alone %.3f%n", rate * mean / flops * 1e9);
    }
    for (RankReport rank : reports.getLast().ranks()) {
      System.out.printf(
          "  %s, %.2f GB of its memory%s%n", rank.device(), rank.deviceBytes() * 1e-9, steps(rank));
    }
  }

  private static String steps(RankReport rank) {
    StringBuilder text = new StringBuilder();
    rank.steps()
        .forEach(step ->
            text.append(
                " | block %d: transfer %.3f, wait %.3f, compute %.3f ms"
                    .formatted(
                        step.step().block(),
                        step.transferNanos() * 1e-6,
                        step.waitNanos() * 1e-6,
                        step.computeNanos() * 1e-6)));
    return text.toString();
  }

  private static String verify(
      AttentionProblem problem, AttentionInputs inputs, AttentionResult result) {
    Oracle oracle = new Oracle(problem, inputs);
    double[] expected = new double[problem.shape().headDim()];
    Random random = new Random(2);
    double error = 0;
    for (int i = 0; i < SAMPLED_ROWS; i++) {
      long row = random.nextLong(problem.shape().seqLenQ());
      int head = random.nextInt(problem.shape().heads());
      oracle.row(0, head, row, expected);
      for (int d = 0; d < expected.length; d++) {
        double difference = Math.abs(expected[d] - result.out().get(0, row, head, d));
        error = difference <= error ? error : difference;
      }
    }
    if (!(error <= TOLERANCE)) {
      throw new IllegalStateException("error %.1e".formatted(error));
    }
    return "error %.1e".formatted(error);
  }

  /**
   * The kernel that divides and rounds the queries of one rank; Hopper's folds do so themselves.
   */
  private double finishMillis(AttentionProblem problem, long queries, String kernels) {
    if (kernels.equals(TensorForm.of(problem).hopperLabel())) {
      return 0;
    }
    AttentionShape whole = problem.shape();
    AttentionShape shape =
        new AttentionShape(1, queries, queries, whole.heads(), whole.heads(), whole.headDim());
    AttentionProblem share = AttentionProblem.plain(shape, problem.dtype());
    TornadoAttentionDevice device = (TornadoAttentionDevice) ring.group().device(0);
    return device.worker().call(() -> new FinishTimer(device, share).millis(repetitions));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** Lets no rank go on before each of them has its first block. */
  private record StartTogether(Exchange exchange, int ranks) implements Exchange {
    @Override
    public Transfers begin(DeviceGroup group, RingJob job) {
      return new Together(exchange.begin(group, job), new CyclicBarrier(ranks));
    }

    @Override
    public void close() {
      exchange.close();
    }
  }

  private static final class Together extends ForwardingTransfers {
    private final CyclicBarrier barrier;

    Together(Transfers transfers, CyclicBarrier barrier) {
      super(transfers);
      this.barrier = barrier;
    }

    @Override
    public long bring(BlockRequest request) {
      long nanos = super.bring(request);
      try {
        barrier.await();
      } catch (InterruptedException | BrokenBarrierException e) {
        throw new IllegalStateException(e);
      }
      return nanos;
    }

    @Override
    public boolean waitsForOthers(BlockRequest request) {
      return true;
    }

    @Override
    public void stop() {
      super.stop();
      barrier.reset();
    }
  }
}
