package io.ringflash.ring;

import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.BlockMask;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which K/V block each rank folds in at each step, and how much of it the mask leaves. A pure
 * function of shards and mask.
 *
 * <p>Rank r starts with its own block and takes its predecessors' blocks one by one, so that at
 * every step every block is wanted by one rank. EMPTY steps are neither computed nor transferred,
 * and of other blocks only what is seen travels to a device with memory of its own.
 *
 * <pre>
 * causal, contiguous, 4 ranks            causal, zigzag, 4 ranks
 *          step 0  1  2  3                        step 0  1  2  3
 * rank 0        ◪  .  .  .                rank 0       ◪  ◪  ◪  ◪
 * rank 1        ◪  ■  .  .                rank 1       ◪  ◪  ◪  ◪
 * rank 2        ◪  ■  ■  .                rank 2       ◪  ◪  ◪  ◪
 * rank 3        ◪  ■  ■  ■                rank 3       ◪  ◪  ◪  ◪
 * ■ FULL   ◪ PARTIAL   . EMPTY
 * </pre>
 */
public final class RingSchedule {
  /**
   * One rank's step.
   *
   * @param index of the step, from 0
   * @param block index of the K/V block
   * @param mask what of it is visible to the rank's queries
   * @param keys slices of it that the rank needs: what its queries see, and those of ranks that
   *     take the block from it at the next step; see {@link VisibleKeys}
   */
  public record Step(int index, int block, BlockMask mask, List<PositionSlice> keys)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private final List<List<Step>> steps;

  private RingSchedule(List<List<Step>> steps) {
    this.steps = steps;
  }

  /**
   * The ring's order: rank r takes block {@code r − t} at step t.
   *
   * @param queries per rank, its slices of query indices
   * @param keys per block, its slices of key indices; as many blocks as ranks
   * @param queryOffset position of query 0
   */
  public static RingSchedule ring(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      long queryOffset) {
    return ring(queries, keys, mask, queryOffset, Placement.inOneProcess(keys.size()));
  }

  /**
   * The order of a ring in two levels: process p takes the blocks of process {@code p − s} at outer
   * step s, and those go round its devices, each of which begins with another one.
   *
   * <pre>
   * 2 processes of 2 devices: block of each step
   *                  own     other's
   * rank 0          0  1  |  2  3
   * rank 1          1  0  |  3  2
   * rank 2          2  3  |  0  1
   * rank 3          3  2  |  1  0
   * </pre>
   *
   * @param placement of the ranks; in one process this is the plain ring
   */
  public static RingSchedule ring(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      long queryOffset,
      Placement placement) {
    return build(queries, keys, mask, queryOffset, rank -> twoLevelOrder(rank, placement));
  }

  /**
   * The canonical order: every rank takes the blocks in ascending order. With blocks cut at
   * multiples of {@link KeyValueBlock#CANONICAL_TILE} keys each row folds the same tiles in the
   * same order on any ring.
   */
  public static RingSchedule canonical(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      long queryOffset) {
    int[] ascending = IntStream.range(0, keys.size()).toArray();
    return build(queries, keys, mask, queryOffset, rank -> ascending);
  }

  /** K/V blocks for the canonical order: {@code count} runs of neighbouring keys. */
  public static List<List<PositionSlice>> canonicalBlocks(long seqLenK, int count) {
    long tiles = Math.ceilDiv(seqLenK, KeyValueBlock.CANONICAL_TILE);
    List<List<PositionSlice>> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = Math.min(seqLenK, tiles * i / count * KeyValueBlock.CANONICAL_TILE);
      long to = Math.min(seqLenK, tiles * (i + 1) / count * KeyValueBlock.CANONICAL_TILE);
      blocks.add(to > from ? List.of(PositionSlice.contiguous(from, to - from)) : List.of());
    }
    return blocks;
  }

  /** Blocks in the order in which a rank takes them. */
  private static int[] twoLevelOrder(int rank, Placement placement) {
    int process = placement.processOf(rank);
    int device = rank - placement.firstRank(process);
    int[] order = new int[placement.ranks()];
    int t = 0;
    for (int distance = 0; distance < placement.processes(); distance++) {
      int source = placement.before(process, distance);
      int count = placement.devices().get(source);
      for (int i = 0; i < count; i++) {
        order[t++] = placement.firstRank(source) + Math.floorMod(device - i, count);
      }
    }
    return order;
  }

  private static RingSchedule build(
      List<List<PositionSlice>> queries,
      List<List<PositionSlice>> keys,
      AttentionMask mask,
      long queryOffset,
      IntFunction<int[]> orderOf) {
    int ranks = queries.size();
    int[][] orders = new int[ranks][];
    Step[][] steps = new Step[ranks][keys.size()];
    for (int rank = 0; rank < ranks; rank++) {
      orders[rank] = orderOf.apply(rank);
    }
    @Nullable VisibleKeys[] behind = new VisibleKeys[keys.size()];
    for (int t = keys.size() - 1; t >= 0; t--) {
      @Nullable VisibleKeys[] needed = new VisibleKeys[keys.size()];
      for (int rank = 0; rank < ranks; rank++) {
        int block = orders[rank][t];
        BlockMask visible =
            BlockMask.classify(queries.get(rank), keys.get(block), mask, queryOffset);
        List<PositionSlice> wanted = List.of();
        if (visible != BlockMask.EMPTY) {
          VisibleKeys seen = VisibleKeys.of(queries.get(rank), keys.get(block), mask, queryOffset);
          VisibleKeys passedOn = seen.with(behind[block]);
          needed[block] = passedOn.with(needed[block]);
          wanted = passedOn.slices();
        }
        steps[rank][t] = new Step(t, block, visible, wanted);
      }
      behind = needed;
    }
    List<List<Step>> ofRanks = new ArrayList<>(ranks);
    for (Step[] ofRank : steps) {
      ofRanks.add(List.of(ofRank));
    }
    return new RingSchedule(List.copyOf(ofRanks));
  }

  public int ranks() {
    return steps.size();
  }

  /** All steps of a rank, EMPTY ones included. */
  public List<Step> steps(int rank) {
    return steps.get(rank);
  }

  /** The steps of a rank that compute something. */
  public List<Step> activeSteps(int rank) {
    List<Step> active = new ArrayList<>();
    for (Step step : steps.get(rank)) {
      if (step.mask() != BlockMask.EMPTY) {
        active.add(step);
      }
    }
    return active;
  }
}
