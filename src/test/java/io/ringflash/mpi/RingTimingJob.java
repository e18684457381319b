package io.ringflash.mpi;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.VisiblePairs;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.Json;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.experiment.Verification;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.HostExchange;
import io.ringflash.ring.ProcessReport;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.mpi.MpiTransport;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times rings of several processes, after it has verified them. Arguments: devices of a process,
 * repetitions, {@code full} or {@code causal}, heads, K/V heads, headDim, and sequence lengths. One
 * line of JSON for each length; times are milliseconds.
 */
final class RingTimingJob {
  private static final int WARM_UPS = 3;

  private final RingFlashAttention attention;
  private final int repetitions;
  private final AttentionOptions options;

  /**
   * One measurement.
   *
   * @param transferMillis that blocks of other processes took to arrive, mean of the processes
   * @param exposedMillis that ranks waited for those blocks, mean of the ranks
   * @param hidden share of the transfers that nobody waited for
   * @param linkGigabytes speed at which blocks arrived, per second
   */
  record Measurement(
      String engine,
      String attnType,
      String devices,
      int threads,
      String dtype,
      int batch,
      int heads,
      int kvHeads,
      long seqQ,
      long seqK,
      int headDim,
      boolean causal,
      String window,
      String sharding,
      String exchange,
      double medianMillis,
      double tflops,
      boolean verified,
      int processes,
      double computeMillis,
      double transferMillis,
      double exposedMillis,
      double hidden,
      double linkGigabytes,
      List<Double> samples) {}

  private RingTimingJob(RingFlashAttention attention, int repetitions, boolean causal) {
    this.attention = attention;
    this.repetitions = repetitions;
    this.options =
        AttentionOptions.builder()
            .causal(causal)
            .sharding(causal ? Sharding.ZIGZAG : Sharding.CONTIGUOUS)
            .build();
  }

  public static void main(String[] args) {
    try (ProcessGroup processes = new ProcessGroup(MpiTransport.open())) {
      int devices = Integer.parseInt(args[0]);
      List<Integer> indices = IntStream.range(0, devices).boxed().toList();
      boolean causal = args[2].equals("causal");
      try (RingFlashAttention attention =
          new RingFlashAttention(
              new DeviceGroup(new CpuEngine(devices).open(indices)),
              HostExchange.create(),
              processes)) {
        RingTimingJob job = new RingTimingJob(attention, Integer.parseInt(args[1]), causal);
        int[] sizes = Arrays.stream(args).skip(3).mapToInt(Integer::parseInt).toArray();
        for (int i = 3; i < sizes.length; i++) {
          job.measure(new AttentionShape(1, sizes[i], sizes[i], sizes[0], sizes[1], sizes[2]));
        }
      }
    }
  }

  private void measure(AttentionShape shape) {
    try (Arena arena = Arena.ofShared()) {
      AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 1).create(shape);
      AttentionProblem problem = options.problem(inputs.q(), inputs.k());
      boolean verified =
          new Verification(problem, inputs, 1L << 24, 1)
              .verify(run(arena, inputs), attention.processes())
              .passed();
      for (int i = 0; i < WARM_UPS; i++) {
        run(arena, inputs);
      }
      List<RingReport> reports =
          IntStream.range(0, repetitions).mapToObj(i -> run(arena, inputs).report()).toList();
      if (attention.processes().isFirst()) {
        long flops = VisiblePairs.flops(problem, inputs);
        System.out.println(Json.of(measurement(problem, reports, flops, verified)));
      }
    }
  }

  private AttentionResult run(Arena arena, AttentionInputs inputs) {
    return attention.forward(arena, inputs.q(), inputs.k(), inputs.v(), options);
  }

  private Measurement measurement(
      AttentionProblem problem, List<RingReport> reports, long flops, boolean verified) {
    RingReport typical =
        reports.stream()
            .sorted(Comparator.comparingLong(RingReport::nanos))
            .toList()
            .get(reports.size() / 2);
    double median =
        new Median().evaluate(reports.stream().mapToDouble(r -> r.nanos() * 1e-6).toArray());
    double transfer =
        received(typical).mapToDouble(a -> (a.endNanos() - a.startNanos()) * 1e-6).sum()
            / typical.processes().size();
    double bytes =
        received(typical).mapToDouble(ProcessReport.Arrival::bytes).sum()
            / typical.processes().size();
    double exposed =
        typical.ranks().stream().mapToDouble(rank -> exposedNanos(typical, rank) * 1e-6).sum()
            / typical.ranks().size();
    double compute =
        typical.ranks().stream().mapToDouble(rank -> rank.computeNanos() * 1e-6).sum()
            / typical.ranks().size();
    AttentionShape shape = problem.shape();
    return new Measurement(
        "cpu",
        typical.kernels(),
        String.join(",", typical.ranks().stream().map(RankReport::device).toList()),
        typical.ranks().size(),
        problem.dtype().label(),
        shape.batch(),
        shape.heads(),
        shape.kvHeads(),
        shape.seqLenQ(),
        shape.seqLenK(),
        shape.headDim(),
        problem.mask().causal(),
        "-1,-1",
        options.sharding().label(),
        "mpi",
        median,
        flops / median * 1e-9,
        verified,
        typical.processes().size(),
        compute,
        transfer,
        exposed,
        transfer == 0 ? 1 : 1 - exposed / transfer,
        transfer == 0 ? 0 : bytes / transfer * 1e-6,
        reports.stream().map(r -> r.nanos() * 1e-6).toList());
  }

  private static Stream<ProcessReport.Arrival> received(RingReport report) {
    return report.processes().stream().flatMap(process -> process.received().stream());
  }

  /** Time that a rank waited for blocks of other processes. */
  private static long exposedNanos(RingReport report, RankReport rank) {
    List<Integer> own =
        report.processes().stream()
            .filter(process -> process.ranks().contains(rank.rank()))
            .findFirst()
            .orElseThrow()
            .ranks();
    return rank.steps().stream()
        .filter(step -> step.step().block() >= 0 && !own.contains(step.step().block()))
        .mapToLong(RankReport.StepReport::waitNanos)
        .sum();
  }
}
