package io.ringflash.ring;

import io.ringflash.attention.BlockMask;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.engine.StopSignal;
import io.ringflash.ring.RankReport.StepReport;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;

/** The ring as one rank lives it. */
final class RankLoop {
  /** The joint block is folded in before the ring's own first step. */
  private static final Step JOINT_STEP = new Step(-1, -1, BlockMask.FULL);

  private final RingJob job;
  private final int rank;
  private final AttentionDevice device;
  private final Transfers transfers;
  private final StopSignal stop;
  private final long runStart;
  private final List<StepReport> reports = new ArrayList<>();
  private volatile int currentStep;

  RankLoop(
      RingJob job,
      int rank,
      AttentionDevice device,
      Transfers transfers,
      StopSignal stop,
      long runStart) {
    this.job = job;
    this.rank = rank;
    this.device = device;
    this.transfers = transfers;
    this.stop = stop;
    this.runStart = runStart;
  }

  /** The step that the rank has come to. */
  int currentStep() {
    return currentStep;
  }

  /** The rank, its device and its step, as messages say them. */
  String position() {
    return "rank %d (%s) at step %d".formatted(rank, device.info().id(), currentStep);
  }

  RankReport run() {
    List<QueryPart> queries = job.queries().get(rank);
    ShardRequest request =
        new ShardRequest(job.problem(), queries, job.attnType(), job.processor(), stop);
    try (ShardAttention shard = device.prepare(request)) {
      long prepared = System.nanoTime();
      if (!queries.isEmpty()) {
        foldJoint(shard);
        foldRing(shard, job.schedule().activeSteps(rank));
      }
      currentStep = job.schedule().steps(rank).size();
      stop.check();
      long start = System.nanoTime();
      shard.finish();
      long queryCount = queries.stream().mapToLong(part -> part.positions().length()).sum();
      return new RankReport(
          rank,
          device.info().id(),
          shard.kernel(),
          queryCount,
          shard.deviceBytes(),
          prepared - runStart,
          reports,
          start - runStart,
          System.nanoTime() - start);
    }
  }

  private void foldJoint(ShardAttention shard) {
    KeyValueBlock joint = job.joint();
    if (joint != null) {
      try (BlockSlot slot = slot(shard, List.of(joint))) {
        slot.bring(BlockRequest.JOINT, joint);
        fold(slot, JOINT_STEP, joint);
      }
    }
  }

  /** Two slots take turns: one block is folded in while the next arrives in the other. */
  private void foldRing(ShardAttention shard, List<Step> steps) {
    List<KeyValueBlock> blocks =
        steps.stream().map(step -> job.blocks().get(step.block())).toList();
    try (BlockSlot even = slot(shard, everySecond(blocks, 0));
        BlockSlot odd = slot(shard, everySecond(blocks, 1))) {
      BlockSlot current = even;
      BlockSlot next = odd;
      for (int i = 0; i < blocks.size(); i++) {
        currentStep = steps.get(i).index();
        if (i == 0) {
          current.bring(0, blocks.getFirst());
        } else {
          current.await();
        }
        if (i + 1 < blocks.size()) {
          next.post(i + 1, blocks.get(i + 1));
        }
        fold(current, steps.get(i), blocks.get(i));
        BlockSlot folded = current;
        current = next;
        next = folded;
      }
      even.handOver();
      odd.handOver();
    }
  }

  private BlockSlot slot(ShardAttention shard, List<KeyValueBlock> candidates) {
    return new BlockSlot(rank, shard, transfers, candidates);
  }

  private void fold(BlockSlot slot, Step step, KeyValueBlock block) {
    stop.check();
    StepEvent event = new StepEvent();
    event.begin();
    long start = System.nanoTime();
    slot.fold();
    StepReport report =
        new StepReport(
            step,
            block.length(),
            block.byteSize(),
            slot.postInstant() - runStart,
            slot.transferNanos(),
            slot.waitNanos(),
            start - runStart,
            System.nanoTime() - start);
    reports.add(report);
    event.commit(rank, device.info().id(), report);
  }

  private static List<KeyValueBlock> everySecond(List<KeyValueBlock> blocks, int first) {
    List<KeyValueBlock> result = new ArrayList<>();
    for (int i = first; i < blocks.size(); i += 2) {
      result.add(blocks.get(i));
    }
    return result;
  }
}
