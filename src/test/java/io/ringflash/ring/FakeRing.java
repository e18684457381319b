package io.ringflash.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.faults.CallLog;
import io.ringflash.faults.FaultyDevice;
import io.ringflash.faults.IdleDevice;
import io.ringflash.faults.Interference;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A ring of fake devices, and jobs for it of {@value #TOKENS} tokens per rank. */
final class FakeRing implements AutoCloseable {
  static final int TOKENS = 2;

  private final Arena arena = Arena.ofShared();
  private final CallLog log = new CallLog();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<FaultyDevice> devices = new ArrayList<>();

  FakeRing(int ranks, Interference interference) {
    this(ranks, interference, false);
  }

  /**
   * @param embedded whether the devices are, so that one of them alone needs no thread
   */
  FakeRing(int ranks, Interference interference, boolean embedded) {
    for (int rank = 0; rank < ranks; rank++) {
      devices.add(new FaultyDevice(new IdleDevice(rank), rank, log, interference, embedded));
    }
  }

  CallLog log() {
    return log;
  }

  DeviceGroup group() {
    return new DeviceGroup(devices);
  }

  RingReport run(RingJob job) {
    return run(job, new MachineScheduler());
  }

  RingReport run(RingJob job, Scheduler scheduler) {
    return run(job, group(), new HostExchange(executor), scheduler);
  }

  RingReport run(RingJob job, DeviceGroup group, Exchange exchange, Scheduler scheduler) {
    return loop(job, group, exchange, scheduler).run(job);
  }

  RingLoop loop(RingJob job, DeviceGroup group, Exchange exchange, Scheduler scheduler) {
    List<Pace> paces = group.devices().stream().map(device -> Pace.planned(device.info())).toList();
    return new RingLoop(group, exchange.begin(group, job), 0, paces, scheduler, null);
  }

  /** Blocks go from device to device. */
  RingReport runWithPeers(RingJob job) {
    try (PeerExchange exchange = new PeerExchange()) {
      return run(job, group(), exchange, new MachineScheduler());
    }
  }

  /** Queries and keys of contiguous shards. */
  RingJob job(AttentionMask mask, boolean joint) {
    double[] equal = new double[devices.size()];
    List<List<PositionSlice>> shards =
        Sharding.CONTIGUOUS.shard((long) TOKENS * devices.size(), equal);
    return job(shards, shards, mask, joint);
  }

  RingJob job(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      boolean joint) {
    AttentionProblem plain =
        AttentionProblem.plain(
            new AttentionShape(1, tokens(queries), tokens(keys), 1, 1, 1), DType.FP32);
    AttentionProblem problem =
        new AttentionProblem(plain.shape(), DType.FP32, mask, 1, 0, plain.alibi(), plain.dropout());
    return new RingJob(
        problem,
        queries.stream().map(slices -> slices.stream().map(this::queryPart).toList()).toList(),
        keys.stream().map(this::block).toList(),
        joint ? block(List.of(PositionSlice.joint(0, 1))) : null,
        RingSchedule.ring(queries, keys, mask, problem.queryOffset()),
        AttnType.AUTO,
        null,
        false,
        false);
  }

  /** The step at which a rank of {@code job} comes to a block; the joint one is folded at 0. */
  static int stepOf(RingJob job, int rank, String block) {
    for (RingSchedule.Step step : job.schedule().steps(rank)) {
      if (block.equals("" + step.block() * TOKENS)) {
        return step.index();
      }
    }
    return 0;
  }

  /** Everything that was opened is closed, nothing was misused, no thread of the run is left. */
  void requireAllClosed() {
    assertThat(log.violations()).isEmpty();
    for (int rank = 0; rank < devices.size(); rank++) {
      assertThat(log.leftOpen(rank)).isEmpty();
    }
    assertThat(rankThread(-1)).isNull();
  }

  /** A living thread of a rank, or of any rank for −1; null if there is none. */
  static @Nullable Thread rankThread(int rank) {
    String name = "ringflash-rank-" + (rank < 0 ? "" : rank);
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    executor.close();
    arena.close();
  }

  private static long tokens(List<List<PositionSlice>> shards) {
    return shards.stream().flatMap(List::stream).mapToLong(PositionSlice::length).sum();
  }

  private QueryPart queryPart(PositionSlice slice) {
    return new QueryPart(slice, tensor(slice), tensor(slice), tensor(slice).select(3, 0));
  }

  private KeyValueBlock block(List<PositionSlice> slices) {
    return new KeyValueBlock(
        slices.stream().map(s -> new KeyValuePart(s, tensor(s), tensor(s))).toList());
  }

  private Tensor tensor(PositionSlice slice) {
    return Tensor.allocate(arena, DType.FP32, 1, slice.length(), 1, 1);
  }
}
