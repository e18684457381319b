package io.ringflash.experiment.plan;

import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.Sharding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plays a ring through: every rank folds the block that it has and receives the next one meanwhile,
 * as the ring's loop does.
 */
public final class RingSimulation {
  private final Workload workload;
  private final Machine machine;
  private final List<List<PositionSlice>> queries;
  private final List<List<PositionSlice>> keys;
  private final Stages stages;
  private final EventQueue queue = new EventQueue();
  private final Processors processors;
  private final SimulatedTransfers transfers;
  private final List<SimulatedRank> ranks = new ArrayList<>();

  /**
   * @param exchange {@link PlanExchange#PEER} needs a machine with peer links
   */
  public RingSimulation(
      Workload workload, Machine machine, Sharding sharding, PlanExchange exchange) {
    this.workload = workload;
    this.machine = machine;
    double[] equal = new double[machine.devices()];
    Arrays.fill(equal, 1);
    this.queries = sharding.shard(workload.shape().seqLenQ(), equal);
    this.keys = sharding.shard(workload.shape().seqLenK(), equal);
    this.stages = new Stages(workload, machine, queries, keys, exchange == PlanExchange.PEER);
    this.processors = new Processors(queue, machine);
    this.transfers =
        switch (exchange) {
          case HOST ->
              new SimulatedHostTransfers(
                  queue, machine, stages, processors, workload, this::blockBytes);
          case PEER ->
              new SimulatedPeerTransfers(queue, machine, stages, workload, this::blockBytes);
        };
    for (int rank = 0; rank < stages.ranks(); rank++) {
      ranks.add(new SimulatedRank(rank, stages, queue, processors, transfers));
    }
  }

  /** Runs the simulation, once. */
  public Prediction run() {
    CoreSharing sharing = machine.sharing();
    if (sharing == null) {
      ranks.forEach(SimulatedRank::start);
      transfers.start();
    } else {
      startProcesses();
    }
    queue.run();
    SimulatedRank last = ranks.getFirst();
    for (SimulatedRank rank : ranks) {
      last = rank.end() > last.end() ? rank : last;
    }
    double seconds = last.end() + (sharing == null ? callSeconds(1) : messageSeconds());
    double ideal = workload.flops() / machine.flopsPerSecond();
    return new Prediction(
        seconds,
        ranks.stream().mapToDouble(SimulatedRank::computeSeconds).max().orElse(0),
        last.waitSeconds(),
        last.firstWaitSeconds(),
        ideal / seconds,
        memoryBytes());
  }

  /**
   * Processes that share a processor share it for what each call costs each of them, too: it writes
   * its own results.
   */
  private void startProcesses() {
    double seconds = callSeconds(1.0 / machine.hosts());
    for (int host = 0; host < machine.hosts(); host++) {
      List<SimulatedRank> own =
          ranks.subList(host * machine.devicesPerHost(), (host + 1) * machine.devicesPerHost());
      processors.copyOnHost(host, seconds, () -> own.forEach(SimulatedRank::start));
    }
    transfers.start();
  }

  /** A call of several processes begins and ends with a message from the first to each. */
  private double messageSeconds() {
    return 2 * (machine.hosts() - 1) * machine.between().latencySeconds();
  }

  /**
   * @param share of the results that are written
   */
  private double callSeconds(double share) {
    Costs costs = machine.costs();
    double outputBytes =
        workload.queryBytes(workload.shape().seqLenQ()) / workload.dtype().byteSize() * Float.BYTES;
    return costs.callSeconds() + costs.secondsPerOutputByte() * outputBytes * share;
  }

  private double blockBytes(int block) {
    return workload.keyValueBytes(Workload.tokens(keys.get(block)));
  }

  /**
   * Of the rank that needs most: queries, results, state and the blocks that it holds at once.
   * Joint keys pass through the place of a block.
   */
  private double memoryBytes() {
    long mostQueries = queries.stream().mapToLong(Workload::tokens).max().orElse(0);
    long mostKeys = keys.stream().mapToLong(Workload::tokens).max().orElse(0);
    return 2 * workload.queryBytes(mostQueries)
        + workload.stateBytes(mostQueries)
        + workload.keyValueBytes(Math.max(mostKeys, workload.jointTokens()))
        + (transfers.blocksHeld() - 1) * workload.keyValueBytes(mostKeys);
  }
}
