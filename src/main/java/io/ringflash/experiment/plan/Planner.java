package io.ringflash.experiment.plan;

import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.bench.MaskText;
import io.ringflash.ring.Sharding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares the ways of computing one layer on one machine. */
public final class Planner {
  private static final List<Sharding> SHARDINGS =
      List.of(Sharding.CONTIGUOUS, Sharding.ZIGZAG, Sharding.STRIPED);

  /** Traffic is hidden when it prolongs a layer by less than this. */
  private static final double HIDDEN = 0.01;

  private static final int LARGEST_SHARD = 1 << 22;

  /** Every step of a longer ring is like those of this one. */
  private static final int SEARCHED_DEVICES = 16;

  private static final int SEARCHED_HOSTS = 4;

  private final Workload workload;
  private final Machine machine;

  /** A way of computing the layer. */
  private record Way(Sharding sharding, PlanExchange exchange, Prediction prediction) {}

  /**
   * @throws IllegalArgumentException if there is nothing to compute
   */
  public Planner(Workload workload, Machine machine) {
    AttentionShape shape = workload.shape();
    if (shape.seqLenQ() == 0 || shape.seqLenK() == 0) {
      throw new IllegalArgumentException(
          "a plan should be of at least one query and one key but got %d and %d"
              .formatted(shape.seqLenQ(), shape.seqLenK()));
    }
    this.workload = workload;
    this.machine = machine;
  }

  /** Simulations that {@link #plan} runs first; they are its progress. */
  public int choices() {
    return SHARDINGS.size() * exchanges().size();
  }

  /** Simulates every sharding with every exchange, the fastest first. */
  public PlanReport plan(Progress progress) {
    List<Way> ways = new ArrayList<>();
    for (PlanExchange exchange : exchanges()) {
      for (Sharding sharding : SHARDINGS) {
        ways.add(
            new Way(
                sharding,
                exchange,
                new RingSimulation(workload, machine, sharding, exchange).run()));
        progress.advance(1);
      }
    }
    ways.sort(Comparator.comparingDouble(way -> way.prediction().seconds()));
    double flops = workload.flops();
    return new PlanReport(
        machine.name(),
        machine.devices(),
        machine.hosts(),
        workload.shape(),
        MaskText.of(workload.mask()),
        workload.dtype().label(),
        flops,
        flops / machine.flopsPerSecond(),
        ways.stream()
            .map(way ->
                PlanReport.Choice.of(
                    way.sharding(), way.exchange(), way.prediction(), flops, machine))
            .toList(),
        smallestHidingShard(ways.getFirst()));
  }

  private List<PlanExchange> exchanges() {
    return machine.peerLink() == null
        ? List.of(PlanExchange.HOST)
        : List.of(PlanExchange.PEER, PlanExchange.HOST);
  }

  /** Tokens per device from which on traffic is hidden, null if they never are. */
  private @Nullable Long smallestHidingShard(Way best) {
    if (machine.devices() == 1) {
      return null;
    }
    if (!hides(best, LARGEST_SHARD)) {
      return null;
    }
    // From above: tiny shards may hide theirs, too, behind what every step costs anyway.
    long enough = LARGEST_SHARD;
    while (enough > 1 && hides(best, enough / 2)) {
      enough /= 2;
    }
    long tooFew = enough / 2;
    while (enough - tooFew > Math.max(1, enough / 100)) {
      long middle = (enough + tooFew) / 2;
      if (hides(best, middle)) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return enough;
  }

  private boolean hides(Way way, long shard) {
    Machine small = shorter();
    long tokens = shard * small.devices();
    AttentionShape shape = workload.shape();
    if (tokens > AttentionShape.MAX_SEQ_LEN) {
      return false;
    }
    Workload longer =
        new Workload(
            new AttentionShape(
                shape.batch(), tokens, tokens, shape.heads(), shape.kvHeads(), shape.headDim()),
            workload.mask(),
            workload.dtype(),
            workload.jointTokens());
    Prediction prediction = new RingSimulation(longer, small, way.sharding(), way.exchange()).run();
    return prediction.avoidableSeconds() <= HIDDEN * prediction.seconds();
  }

  private Machine shorter() {
    return machine.withDevices(
        Math.min(machine.hosts(), SEARCHED_HOSTS),
        Math.min(machine.devicesPerHost(), SEARCHED_DEVICES));
  }
}
