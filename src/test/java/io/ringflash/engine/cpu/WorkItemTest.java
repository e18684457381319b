package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkItemTest {
  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;
  private static final int RANKS = 3;
  private static final List<AttentionMask> MASKS =
      List.of(
          AttentionMask.NONE,
          AttentionMask.CAUSAL,
          new AttentionMask(true, 40, -1),
          new AttentionMask(false, 7, 90));

  /** Among them queries that see no key, since there are more of them than keys. */
  @ParameterizedTest
  @EnumSource(Sharding.class)
  void lastBlockIsTheLastWithAVisibleKey(Sharding sharding) {
    for (AttentionMask mask : MASKS) {
      for (long keys : new long[] {0, 130, 600, 900}) {
        ShardRequest request = request(sharding, mask, 600, keys);
        for (WorkItem item : WorkItem.cut(request, 2, RowTile.ROWS)) {
          assertThat(item.lastBlock())
              .as("%s, %d keys, %s", mask, keys, item.rows().positions())
              .isEqualTo(lastVisible(request, item.rows()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tileRows")
  void itemsHoldEveryRowOfEveryHeadOnce(int tileRows) {
    ShardRequest request = request(Sharding.ZIGZAG, AttentionMask.CAUSAL, 9000, 600);
    boolean[][] seen = new boolean[HEADS][9000];
    for (WorkItem item : WorkItem.cut(request, 1, tileRows)) {
      RowTile rows = item.rows();
      for (int r = 0; r < rows.rows(); r++) {
        int head = item.head() * HEADS / KV_HEADS + rows.head(r);
        int token = (int) rows.part().positions().index(rows.query(r));
        assertThat(seen[head][token]).isFalse();
        seen[head][token] = true;
      }
    }
    for (boolean[] head : seen) {
      for (QueryPart part : request.queries()) {
        for (long i = 0; i < part.positions().length(); i++) {
          assertThat(head[(int) part.positions().index(i)]).isTrue();
        }
      }
    }
  }

  static IntStream tileRows() {
    return IntStream.of(RowTile.ROWS, RowTile.MAX_ROWS).distinct();
  }

  private static int lastVisible(ShardRequest request, RowTile rows) {
    AttentionProblem problem = request.problem();
    int last = -1;
    for (int block = 0; block < request.blocks().size(); block++) {
      for (PositionSlice keys : request.blocks().get(block).positions()) {
        for (long i = 0; i < rows.queries(); i++) {
          for (long j = 0; j < keys.length(); j++) {
            long query = rows.positions().index(i) + problem.queryOffset();
            if (problem.mask().visible(query, keys.index(j))) {
              last = block;
            }
          }
        }
      }
    }
    return last;
  }

  /** The second rank's request: all ranks' blocks, from its own on. */
  private static ShardRequest request(
      Sharding sharding, AttentionMask mask, long seqLenQ, long seqLenK) {
    AttentionShape shape = new AttentionShape(1, seqLenQ, seqLenK, HEADS, KV_HEADS, 1);
    AttentionProblem problem =
        new AttentionProblem(shape, DType.FP32, mask, 1, 0, Alibi.NONE, Dropout.NONE);
    double[] equal = {1, 1, 1};
    Tensor any = Tensor.allocate(Arena.ofAuto(), DType.FP32, 1, 1, 1, 1);
    List<QueryPart> queries = new ArrayList<>();
    for (PositionSlice slice : sharding.shard(seqLenQ, equal).get(1)) {
      queries.add(new QueryPart(slice, any, any, any));
    }
    List<KeyValueBlock> blocks = new ArrayList<>();
    for (int step = 0; step < RANKS; step++) {
      List<PositionSlice> slices = sharding.shard(seqLenK, equal).get((1 + step) % RANKS);
      blocks.add(
          new KeyValueBlock(
              slices.stream().map(slice -> new KeyValuePart(slice, any, any)).toList()));
    }
    return new ShardRequest(problem, queries, blocks, AttnType.VECTOR, null, false, () -> false);
  }
}
