package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.random.RandomGenerator;

/** Full attention of a few random tokens on one device, ready to be folded again and again. */
final class SpeedProbe implements AllAtOnce.Probe {
  private final RankClock clock;
  private final Arena arena = Arena.ofShared();
  private final ShardAttention shard;
  private final KeyValueBuffer buffer;
  private final double pairs;
  private final double flops;

  /**
   * @param clock hears what the device begins
   */
  SpeedProbe(
      AttentionDevice device,
      RankClock clock,
      AttentionProblem problem,
      AttnType attnType,
      int tokens,
      int heads) {
    this.clock = clock;
    AttentionShape shape =
        new AttentionShape(1, tokens, tokens, heads, heads, problem.shape().headDim());
    AttentionProblem small = AttentionProblem.plain(shape, problem.dtype());
    this.pairs = (double) tokens * tokens * heads;
    try {
      Tensor q = random(arena, small.dtype(), shape.queryShape());
      PositionSlice all = PositionSlice.contiguous(0, tokens);
      Tensor out = Tensor.allocate(arena, small.dtype(), shape.queryShape());
      Tensor lse = Tensor.allocate(arena, DType.FP32, shape.lseShape());
      List<QueryPart> queries = List.of(new QueryPart(all, q, out, lse));
      KeyValueBlock block = new KeyValueBlock(List.of(new KeyValuePart(all, q, q)));
      flops = new FoldWork(small, queries).all(block);
      clock.beginPreparation(q.byteSize(), !device.isEmbedded());
      shard =
          device.prepare(
              new ShardRequest(
                  small, queries, List.of(block, block), attnType, null, false, clock.watch()));
      buffer = loaded(block);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /** Pairs of a query and a key, of all heads, in a fold. */
  double pairs() {
    return pairs;
  }

  void fold() {
    clock.watch().check();
    clock.beginFold(flops);
    shard.fold(buffer);
  }

  @Override
  public void close() {
    clock.beginTransfer("freeing memory", 0);
    try (arena;
        shard) {
      buffer.close();
    }
  }

  private KeyValueBuffer loaded(KeyValueBlock block) {
    KeyValueBuffer room = null;
    try {
      clock.beginTransfer("loading a K/V block", block.byteSize());
      room = shard.allocate(List.of(block));
      shard.load(room, block);
      return room;
    } catch (Throwable e) {
      if (room != null) {
        room.close();
      }
      shard.close();
      throw e;
    }
  }

  private static Tensor random(Arena arena, DType dtype, long[] shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }
}
