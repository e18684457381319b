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
import io.ringflash.ring.FakeLog.Call;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A ring of fake devices, and jobs for it of {@value #TOKENS} tokens per rank. */
final class FakeRing implements AutoCloseable {
  static final int TOKENS = 2;

  private final Arena arena = Arena.ofShared();
  private final FakeLog log = new FakeLog();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<FakeDevice> devices = new ArrayList<>();

  FakeRing(int ranks, FakeDevice.Interference interference) {
    for (int rank = 0; rank < ranks; rank++) {
      devices.add(new FakeDevice(rank, log, interference));
    }
  }

  FakeLog log() {
    return log;
  }

  DeviceGroup group() {
    return new DeviceGroup(devices);
  }

  RingReport run(RingJob job) {
    return new RingLoop(group(), new HostExchange(executor)).run(job);
  }

  /** Blocks go from device to device. */
  RingReport runWithPeers(RingJob job) {
    return new RingLoop(
            group(), new PeerTransfers(PeerPlan.of(job.schedule()), ExchangeWay.PEER, executor))
        .run(job);
  }

  RingReport run(RingJob job, ThreadFactory threads) {
    return new RingLoop(group(), new HostExchange(executor), 0, threads).run(job);
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
        null);
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
      assertThat(log.count(rank, Call.CLOSE_BUFFER)).isEqualTo(log.count(rank, Call.ALLOCATE));
      assertThat(log.count(rank, Call.CLOSE_SHARD)).isEqualTo(log.count(rank, Call.PREPARE));
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
