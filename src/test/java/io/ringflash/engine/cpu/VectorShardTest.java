package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttentionDevice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardAttention;
import io.ringflash.engine.ShardRequest;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows are written with the last block that has keys for them, whatever tile they are in. */
class VectorShardTest {
  private static final int KEYS = 512;
  private static final float UNTOUCHED = 7;

  private final Arena arena = Arena.ofShared();
  private final AttentionDevice device = new CpuEngine(2).open(List.of(0)).getFirst();

  @AfterEach
  void close() {
    device.close();
    arena.close();
  }

  @Test
  void rowsAreWrittenWithTheirLastBlock() {
    Case half = new Case(KEYS, AttentionMask.CAUSAL);
    try (ShardAttention shard = device.prepare(half.request())) {
      fold(shard, half.blocks.getFirst());
      assertThat(half.written(0)).isTrue();
      assertThat(half.written(KEYS / 2)).isFalse();
      assertThat(half.written(KEYS - 1)).isFalse();
      fold(shard, half.blocks.getLast());
      assertThat(half.written(KEYS / 2)).isTrue();
      assertThat(half.written(KEYS - 1)).isTrue();
    }
  }

  /** Their state need not be the empty one any more. */
  @Test
  void laterBlocksLeaveFinishedRowsAlone() {
    Case twice = new Case(KEYS, AttentionMask.CAUSAL);
    try (ShardAttention shard = device.prepare(twice.request())) {
      fold(shard, twice.blocks.getFirst());
      float first = twice.out.get(0, 0, 0, 0);
      fold(shard, twice.blocks.getLast());
      shard.finish();
      assertThat(first).isEqualTo(twice.v.get(0, 0, 0, 0));
      assertThat(twice.out.get(0, 0, 0, 0)).isEqualTo(first);
    }
  }

  /** The first queries see no key, since there are more of them than keys. */
  @Test
  void rowsWithoutKeysAreWrittenAtTheEnd() {
    Case longer = new Case(3 * KEYS, AttentionMask.CAUSAL);
    try (ShardAttention shard = device.prepare(longer.request())) {
      longer.blocks.forEach(block -> fold(shard, block));
      assertThat(longer.written(0)).isFalse();
      assertThat(longer.written(3 * KEYS - 1)).isTrue();
      shard.finish();
      for (long query = 0; query < 2 * KEYS; query++) {
        assertThat(longer.out.get(0, query, 0, 0)).isZero();
        assertThat(longer.lse.get(0, 0, query)).isEqualTo(Float.NEGATIVE_INFINITY);
      }
    }
  }

  /** So many rows are in big tiles for one thread, and in small ones for many. */
  @Test
  void resultsDoNotDependOnTheSizeOfTiles() {
    Case big = new Case(12 * KEYS, AttentionMask.NONE);
    Case small = new Case(12 * KEYS, AttentionMask.NONE);
    attend(big, 1);
    attend(small, 32);
    assertThat(big.out.data().mismatch(small.out.data())).isEqualTo(-1);
    assertThat(big.lse.data().mismatch(small.lse.data())).isEqualTo(-1);
    for (long query = 0; query < 12 * KEYS; query++) {
      assertThat(big.written(query)).isTrue();
    }
  }

  private static void attend(Case work, int threads) {
    try (AttentionDevice other = new CpuEngine(threads).open(List.of(0)).getFirst();
        ShardAttention shard = other.prepare(work.request())) {
      work.blocks.forEach(block -> fold(shard, block));
      shard.finish();
    }
  }

  private static void fold(ShardAttention shard, KeyValueBlock block) {
    try (KeyValueBuffer buffer = shard.allocate(List.of(block))) {
      shard.load(buffer, block);
      shard.fold(buffer);
    }
  }

  /** Keys in two blocks, and outputs that show what has been written. */
  private final class Case {
    private final AttentionProblem problem;
    private final Tensor v;
    private final Tensor out;
    private final Tensor lse;
    private final List<QueryPart> queries;
    private final List<KeyValueBlock> blocks;

    Case(int seqLenQ, AttentionMask mask) {
      AttentionShape shape = new AttentionShape(1, seqLenQ, KEYS, 1, 1, 20);
      problem = new AttentionProblem(shape, DType.FP32, mask, 1, 0, Alibi.NONE, Dropout.NONE);
      AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 1).create(shape);
      v = inputs.v();
      out = Tensor.allocate(arena, DType.FP32, shape.queryShape());
      lse = Tensor.allocate(arena, DType.FP32, shape.lseShape());
      for (long query = 0; query < seqLenQ; query++) {
        lse.set(UNTOUCHED, 0, 0, query);
      }
      PositionSlice all = PositionSlice.contiguous(0, seqLenQ);
      queries = List.of(new QueryPart(all, inputs.q(), out, lse));
      blocks = List.of(block(inputs, 0), block(inputs, KEYS / 2));
    }

    private static KeyValueBlock block(AttentionInputs inputs, long start) {
      long length = KEYS / 2;
      return new KeyValueBlock(
          List.of(
              new KeyValuePart(
                  PositionSlice.contiguous(start, length),
                  inputs.k().slice(1, start, length, 1),
                  inputs.v().slice(1, start, length, 1))));
    }

    ShardRequest request() {
      return new ShardRequest(problem, queries, blocks, AttnType.VECTOR, null, false, () -> false);
    }

    boolean written(long query) {
      return lse.get(0, 0, query) != UNTOUCHED;
    }
  }
}
