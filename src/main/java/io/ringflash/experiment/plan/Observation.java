package io.ringflash.experiment.plan;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.MaskText;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.jspecify.annotations.Nullable;

/**
 * A measurement as the simulation sees it.
 *
 * @param run that it is from
 * @param record what was measured
 * @param measuredSeconds how long it took
 * @param computer that its processes shared, null if they did not
 */
record Observation(
    String run, BenchRecord record, double measuredSeconds, @Nullable SharedComputer computer) {
  private static final double QUARTER = 25;

  /**
   * One case, measured several times: it took what a quarter of the medians stay below. Other work
   * on a machine makes measurements longer, never shorter.
   *
   * @param run all that they are from
   * @param records at least one
   */
  static Observation of(String run, List<BenchRecord> records, @Nullable SharedComputer computer) {
    double[] seconds = records.stream().mapToDouble(r -> r.medianMillis() * 1e-3).toArray();
    return new Observation(
        run, records.getFirst(), new Percentile(QUARTER).evaluate(seconds), computer);
  }

  /** Measurements that share constants. */
  String group() {
    return "%s %s %s D%d, %s"
        .formatted(
            record.engine(),
            record.kernel(),
            record.dtype(),
            record.headDim(),
            record.threads() == 0 ? "alone" : record.threads() + " threads");
  }

  /** Whether the devices are parts of one processor. */
  boolean sharesProcessor() {
    return record.engine().equals(CpuEngine.NAME);
  }

  /** What {@code constants} make of it, in seconds. */
  double predictedSeconds(Constants constants) {
    Machine machine =
        new Machine(
            record.devices(),
            record.processes(),
            record.ranks() / record.processes(),
            sharesProcessor() ? record.threads() : 0,
            Long.MAX_VALUE,
            constants.costs(),
            constants.load(),
            null,
            between(constants),
            sharing(constants));
    return new RingSimulation(workload(), machine, sharding(), PlanExchange.HOST).run().seconds();
  }

  private Link between(Constants constants) {
    ProcessCosts costs = constants.processes();
    return computer == null || costs == null
        ? constants.load()
        : new Link(computer.networkBytesPerSecond(), costs.messageSeconds());
  }

  private @Nullable CoreSharing sharing(Constants constants) {
    ProcessCosts costs = constants.processes();
    return computer == null || costs == null ? null : new CoreSharing(computer.cores(), costs);
  }

  /** Positive if the prediction is too long. */
  double relativeError(Constants constants) {
    return predictedSeconds(constants) / measuredSeconds() - 1;
  }

  private Workload workload() {
    return new Workload(
        new AttentionShape(
            record.batch(),
            record.seqQ(),
            record.seqK(),
            record.heads(),
            record.kvHeads(),
            record.headDim()),
        mask(),
        dtype(),
        record.jointTokens());
  }

  private AttentionMask mask() {
    if (record.window().equals(MaskText.NO_WINDOW)) {
      return record.causal() ? AttentionMask.CAUSAL : AttentionMask.NONE;
    }
    String[] sides = record.window().split(",", -1);
    return new AttentionMask(record.causal(), Long.parseLong(sides[0]), Long.parseLong(sides[1]));
  }

  private DType dtype() {
    return Arrays.stream(DType.values())
        .filter(type -> type.label().equals(record.dtype()))
        .findFirst()
        .orElseThrow();
  }

  private Sharding sharding() {
    return Arrays.stream(Sharding.values())
        .filter(value -> value.label().equals(record.sharding()))
        .findFirst()
        .orElseThrow();
  }
}
