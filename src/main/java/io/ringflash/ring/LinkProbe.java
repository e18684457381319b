package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A block on one device, and room for another, to see how fast blocks come. */
final class LinkProbe implements AllAtOnce.Probe {
  /** Long enough on its way to show what a link can do; blocks need not be larger. */
  private static final long LONGEST_BYTES = 32 << 20;

  private final KeyValueBlock block;
  private final RankClock clock;
  private final Lock reading;
  private final Lock freeing;
  private final ShardAttention shard;
  private final KeyValueBuffer full;
  private final KeyValueBuffer room;

  /**
   * @param clock hears what the device begins
   * @param block of {@link #block}
   */
  LinkProbe(AttentionDevice device, RankClock clock, RingJob job, KeyValueBlock block) {
    this.block = block;
    this.clock = clock;
    ReadWriteLock use = new ReentrantReadWriteLock();
    this.reading = use.readLock();
    this.freeing = use.writeLock();
    // The same kernel's problem with as many tokens as the block has.
    AttentionProblem problem = job.problem().withLengths(block.length(), block.length());
    clock.beginPreparation(0, !device.isEmbedded());
    shard =
        device.prepare(
            new ShardRequest(
                problem,
                List.of(),
                List.of(block),
                job.attnType(),
                job.processor(),
                job.deterministic(),
                clock.watch()));
    KeyValueBuffer first = null;
    try {
      begin();
      first = shard.allocate(List.of(block));
      shard.load(first, block);
      full = first;
      room = shard.allocate(List.of(block));
    } catch (Throwable e) {
      try (shard) {
        if (first != null) {
          first.close();
        }
      }
      throw e;
    }
  }

  /**
   * Keys and values as a job has them, in memory that has been touched and is freed by the garbage
   * collector: a device that does not come back may still read it. No larger than the job's, which
   * each device has room for two of.
   */
  static KeyValueBlock block(RingJob job) {
    AttentionProblem problem = job.problem();
    long tokens = tokens(job);
    Tensor keys = touched(problem, tokens);
    Tensor values = touched(problem, tokens);
    return new KeyValueBlock(
        List.of(new KeyValuePart(PositionSlice.contiguous(0, tokens), keys, values)));
  }

  /** Size of {@link #block}. */
  static long blockBytes(RingJob job) {
    return job.problem().keyValueBytes(tokens(job));
  }

  private static long tokens(RingJob job) {
    long longest = job.blocks().stream().mapToLong(KeyValueBlock::length).max().orElse(0);
    return Math.max(1, Math.min(longest, LONGEST_BYTES / job.problem().keyValueBytes(1)));
  }

  /** Writes anew what others copy: a driver may keep what it has copied before. */
  void renew() {
    begin();
    shard.load(full, block);
  }

  /** Brings the block from host memory. */
  void load() {
    begin();
    shard.load(room, block);
  }

  /** Brings the block from another device, which does not free it meanwhile. */
  void copy(LinkProbe source) {
    source.reading.lock();
    try {
      // If it was freed, all have been stopped before.
      begin();
      shard.copy(room, source.full, block);
    } finally {
      source.reading.unlock();
    }
  }

  /** Waits for whoever copies from here. */
  @Override
  public void close() {
    clock.beginTransfer("freeing memory", 0);
    freeing.lock();
    try (shard;
        full) {
      room.close();
    } finally {
      freeing.unlock();
    }
  }

  private void begin() {
    clock.watch().check();
    clock.beginTransfer("loading a K/V block", block.byteSize());
  }

  private static Tensor touched(AttentionProblem problem, long tokens) {
    AttentionShape shape = problem.shape();
    Tensor tensor =
        Tensor.allocate(
            Arena.ofAuto(),
            problem.dtype(),
            shape.batch(),
            tokens,
            shape.kvHeads(),
            shape.headDim());
    tensor.data().fill((byte) 1);
    return tensor;
  }
}
