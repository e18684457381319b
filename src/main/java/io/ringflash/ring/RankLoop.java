package io.ringflash.ring;

import io.ringflash.attention.BlockMask;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.ring.RankReport.StepReport;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The ring as one rank lives it. */
final class RankLoop implements RankWork {
  /** The joint block is folded in before the ring's own first step. */
  private static final Step JOINT_STEP = new Step(-1, -1, BlockMask.FULL, List.of());

  private final RingJob job;
  private final int rank;
  private final AttentionDevice device;
  private final Transfers transfers;
  private final RankClock clock;
  private final @Nullable BlockChecks checks;
  private final RunControl control;
  private final FoldWork work;

  /** Steps that compute something; none without queries. */
  private final List<Step> steps;

  /** What comes to the device at each of them. */
  private final List<KeyValueBlock> blocks;

  private final List<StepReport> reports = new ArrayList<>();
  private volatile int currentStep;
  private volatile boolean prepared;
  private @Nullable RankReport report;

  /**
   * @param checks compares blocks with what left, or null
   * @param control hears of a failure at once, before anything is closed
   */
  RankLoop(
      RingJob job,
      int rank,
      AttentionDevice device,
      Transfers transfers,
      RankClock clock,
      @Nullable BlockChecks checks,
      RunControl control) {
    this.job = job;
    this.rank = rank;
    this.device = device;
    this.transfers = transfers;
    this.clock = clock;
    this.checks = checks;
    this.control = control;
    this.work = new FoldWork(job.problem(), job.queries().get(rank));
    this.steps = job.queries().get(rank).isEmpty() ? List.of() : job.schedule().activeSteps(rank);
    this.blocks = new ArrayList<>(steps.size());
    for (Step step : steps) {
      blocks.add(block(step));
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public RankWatch watch() {
    return clock.watch();
  }

  /** A device that refuses its share has not failed. */
  @Override
  public RuntimeException failure(Throwable cause) {
    return cause instanceof IllegalArgumentException refusal && !prepared
        ? refusal
        : new RingException(rank, device.info().id(), currentStep, cause);
  }

  /** What the rank did, after it came to its end. */
  RankReport report() {
    return Objects.requireNonNull(report);
  }

  /** The rank, its device and its step, as messages say them. */
  String position() {
    return "rank %d (%s) at step %d".formatted(rank, device.info().id(), currentStep);
  }

  @Override
  public void run() {
    List<QueryPart> queries = job.queries().get(rank);
    ShardRequest request =
        new ShardRequest(
            job.problem(),
            queries,
            allBlocks(),
            job.attnType(),
            job.processor(),
            job.deterministic(),
            watch());
    clock.beginPreparation(work.queryBytes(), !device.isEmbedded());
    try (ShardAttention shard = device.prepare(request)) {
      prepared = true;
      long prepareEnd = clock.sinceStart();
      if (!queries.isEmpty()) {
        foldJoint(shard);
        foldRing(shard);
      }
      currentStep = job.schedule().steps(rank).size();
      watch().check();
      clock.beginTransfer("finishing", work.queryBytes());
      long start = clock.sinceStart();
      shard.finish();
      long finished = clock.sinceStart();
      clock.beginTransfer("freeing memory", 0);
      report =
          new RankReport(
              rank,
              device.info().id(),
              shard.kernel(),
              work.queryCount(),
              shard.deviceBytes(),
              prepareEnd,
              reports,
              start,
              finished - start);
    }
  }

  /** An embedded device reads keys where they are, together with others: no part has to travel. */
  private KeyValueBlock block(Step step) {
    KeyValueBlock whole = job.blocks().get(step.block());
    return device.isEmbedded() ? whole : whole.only(step.keys());
  }

  private List<KeyValueBlock> allBlocks() {
    KeyValueBlock joint = job.joint();
    if (joint == null || job.queries().get(rank).isEmpty()) {
      return blocks;
    }
    List<KeyValueBlock> all = new ArrayList<>(List.of(joint));
    all.addAll(blocks);
    return all;
  }

  private void foldJoint(ShardAttention shard) {
    KeyValueBlock joint = job.joint();
    if (joint != null) {
      try (BlockSlot slot = slot(shard, List.of(joint))) {
        control.tell(
            this,
            () -> {
              slot.bring(BlockRequest.JOINT, BlockRequest.JOINT, joint);
              fold(slot, JOINT_STEP, joint);
            });
      }
    }
  }

  /** Two slots take turns: one block is folded in while the next arrives in the other. */
  private void foldRing(ShardAttention shard) {
    try (BlockSlot even = slot(shard, everySecond(blocks, 0));
        BlockSlot odd = slot(shard, everySecond(blocks, 1))) {
      control.tell(this, () -> foldAll(even, odd));
    }
  }

  private void foldAll(BlockSlot even, BlockSlot odd) {
    BlockSlot current = even;
    BlockSlot next = odd;
    for (int i = 0; i < blocks.size(); i++) {
      currentStep = steps.get(i).index();
      if (i == 0) {
        current.bring(0, steps.getFirst().block(), blocks.getFirst());
      } else {
        current.await();
      }
      if (i + 1 < blocks.size()) {
        next.post(i + 1, steps.get(i + 1).block(), blocks.get(i + 1));
      }
      fold(current, steps.get(i), blocks.get(i));
      BlockSlot folded = current;
      current = next;
      next = folded;
    }
    even.handOver();
    odd.handOver();
  }

  private BlockSlot slot(ShardAttention shard, List<KeyValueBlock> candidates) {
    return new BlockSlot(rank, shard, transfers, clock, checks, candidates);
  }

  private void fold(BlockSlot slot, Step step, KeyValueBlock block) {
    watch().check();
    clock.beginFold(work.all(block));
    StepEvent event = new StepEvent();
    event.begin();
    long start = clock.sinceStart();
    slot.fold();
    long nanos = clock.sinceStart() - start;
    clock.pace().observe(work.visible(block), nanos);
    StepReport report =
        new StepReport(
            step,
            block.length(),
            block.byteSize(),
            slot.postNanos(),
            slot.transferNanos(),
            slot.waitNanos(),
            start,
            nanos);
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
