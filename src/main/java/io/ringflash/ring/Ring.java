package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The ring of all devices of all processes. Every process makes the same calls with the same
 * arguments, and computes for its own devices.
 */
public final class Ring implements AutoCloseable {
  private final DeviceGroup group;
  private final Exchange exchange;
  private final ProcessGroup processes;
  private final Placement placement;
  private final Scheduler scheduler;
  private final List<Integer> members;
  private final int devicesAtFirst;
  private final Map<SpeedKey, double[]> speeds = new HashMap<>();
  private final Map<SpeedKey, List<Pace>> paces = new HashMap<>();
  private final ExecutorService executor =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("ringflash-process-exchange-", 0).factory());

  /**
   * @param group this process's devices
   * @param exchange brings blocks from this process's memory to its devices
   * @param processes of the job
   * @param scheduler runs the ranks of this process
   */
  public Ring(DeviceGroup group, Exchange exchange, ProcessGroup processes, Scheduler scheduler) {
    this.group = group;
    this.exchange = exchange;
    this.processes = processes;
    this.scheduler = scheduler;
    this.placement = new Placement(processes.allGather(Integer.class, group.size()));
    this.members = IntStream.range(0, placement.ranks()).boxed().toList();
    this.devicesAtFirst = placement.ranks();
  }

  /** What is left of {@code ring} with these of its devices. */
  private Ring(Ring ring, DeviceGroup group, List<Integer> members) {
    this.group = group;
    this.exchange = ring.exchange;
    this.processes = ring.processes;
    this.scheduler = ring.scheduler;
    this.placement = Placement.inOneProcess(members.size());
    this.members = members;
    this.devicesAtFirst = ring.devicesAtFirst;
  }

  /**
   * The same ring without one device; it is not closed itself.
   *
   * @throws IllegalStateException if there are several processes
   */
  Ring without(int rank) {
    if (processes.size() > 1) {
      throw new IllegalStateException("a ring of several processes does not shrink");
    }
    List<Integer> others = new ArrayList<>(members);
    others.remove(rank);
    return new Ring(this, group.without(rank), List.copyOf(others));
  }

  /** A device of this process; the first is 0 whatever its rank. */
  public AttentionDevice device(int index) {
    return group.device(index);
  }

  /** The rank that each rank's device had when none had been lost. */
  public List<Integer> members() {
    return members;
  }

  /** Number of devices when none had been lost. */
  public int devicesAtFirst() {
    return devicesAtFirst;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** How the ranks are spread over the processes. */
  public Placement placement() {
    return placement;
  }

  /** Number of devices of all processes. */
  public int ranks() {
    return placement.ranks();
  }

  /** Rank of this process's first device. */
  public int firstLocalRank() {
    return placement.firstRank(processes.index());
  }

  /** Number of this process's devices. */
  public int localDevices() {
    return group.size();
  }

  /** Ranks of this process's devices. */
  public IntStream localRanks() {
    return IntStream.range(firstLocalRank(), firstLocalRank() + localDevices());
  }

  /**
   * Pairs of a query and a key that each rank's device takes per second, all of them busy at once;
   * measured once for a head dimension, storage type and kernel.
   *
   * @throws IllegalArgumentException if a device has no such kernel
   * @throws RingException if a device of this process fails
   */
  public double[] speeds(AttentionProblem problem, AttnType attnType) {
    SpeedKey key = new SpeedKey(problem, attnType, false);
    return speeds.computeIfAbsent(key, absent -> measureSpeeds(problem, attnType)).clone();
  }

  private double[] measureSpeeds(AttentionProblem problem, AttnType attnType) {
    double[] own = DeviceSpeeds.measure(group, firstLocalRank(), scheduler, problem, attnType);
    return processes.allGather(double[].class, own).stream()
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /**
   * Runs {@code job}, of which this process needs the tensors of its own ranks only.
   *
   * @return on the first process what all ranks did, on the others what their own ranks did
   * @throws RingException the first failure of a rank of this process
   * @throws IllegalArgumentException if the processes do not have the same problem
   */
  public RingReport run(RingJob job) {
    BlockChecks checks = job.checkBlocks() ? new BlockChecks() : null;
    return processes.size() == 1
        ? loop(job, exchange.begin(group, job), 0, checks).run(job)
        : runTogether(job, checks);
  }

  private RingLoop loop(
      RingJob job, Transfers transfers, int firstRank, @Nullable BlockChecks checks) {
    SpeedKey key = new SpeedKey(job.problem(), job.attnType(), job.processor() != null);
    List<Pace> ofDevices =
        paces.computeIfAbsent(
            key,
            absent -> group.devices().stream().map(device -> Pace.planned(device.info())).toList());
    return new RingLoop(group, transfers, firstRank, ofDevices, scheduler, checks);
  }

  @Override
  public void close() {
    executor.shutdown();
    try (exchange) {
      group.close();
    }
  }

  private RingReport runTogether(RingJob job, @Nullable BlockChecks checks) {
    requireSameProblem(job.problem());
    long clockOffset = processes.clockOffset();
    long start = System.nanoTime();
    OuterRing outerRing = OuterRing.of(job.schedule(), placement);
    ProcessExchange transfers =
        new ProcessExchange(
            processes, outerRing, job, exchange.begin(group, job), executor, checks);
    try (transfers) {
      RingLoop loop = loop(job, transfers, firstLocalRank(), checks);
      processes.reportStatus(loop::positions);
      List<RankReport> ranks = loop.run(job.withBlocks(transfers.blocks())).ranks();
      processes.reportIdle();
      long end = System.nanoTime();
      ProcessReport own =
          new ProcessReport(
              processes.index(),
              processes.hosts().get(processes.index()),
              localRanks().boxed().toList(),
              transfers.report(start));
      return gather(
          job,
          transfers.way(),
          new Share(
              start + clockOffset,
              end + clockOffset,
              ranks,
              own,
              checks == null ? 0 : checks.nanos()));
    }
  }

  private void requireSameProblem(AttentionProblem problem) {
    String own = problem.shape() + ", " + problem.dtype().label();
    String first = processes.broadcast(String.class, own);
    if (!own.equals(first)) {
      throw new IllegalArgumentException(
          "all processes should have the same problem but the first has %s and %s has %s"
              .formatted(first, processes.describe(), own));
    }
  }

  /** What a device's speed depends on. */
  private record SpeedKey(int headDim, DType dtype, AttnType attnType, boolean processor) {
    SpeedKey(AttentionProblem problem, AttnType attnType, boolean processor) {
      this(problem.shape().headDim(), problem.dtype(), attnType, processor);
    }
  }

  /** What one process did, between instants of the first process's clock. */
  private record Share(
      long start, long end, List<RankReport> ranks, ProcessReport process, long checkNanos)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** All processes' reports on one clock, which starts with the first of them. */
  private RingReport gather(RingJob job, ExchangeWay way, Share own) {
    List<Share> shares = processes.gather(Share.class, own);
    if (shares.isEmpty()) {
      return new RingReport(
          job.schedule(),
          own.ranks(),
          own.end() - own.start(),
          List.of(own.process()),
          List.of(),
          own.checkNanos(),
          way);
    }
    long start = shares.stream().mapToLong(Share::start).min().orElseThrow();
    long end = shares.stream().mapToLong(Share::end).max().orElseThrow();
    List<RankReport> ranks = new ArrayList<>();
    List<ProcessReport> reports = new ArrayList<>();
    for (Share share : shares) {
      long later = share.start() - start;
      int process = share.process().process();
      share.ranks().forEach(rank -> ranks.add(rank.later(later).ofProcess(process)));
      reports.add(share.process().later(later));
    }
    long checkNanos = shares.stream().mapToLong(Share::checkNanos).sum();
    return new RingReport(job.schedule(), ranks, end - start, reports, List.of(), checkNanos, way);
  }
}
