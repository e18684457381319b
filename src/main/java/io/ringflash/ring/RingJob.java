package io.ringflash.ring;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockProcessor;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.QueryPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run, cut into shards.
 *
 * @param problem the whole problem
 * @param queries per rank, its slices and where results belong
 * @param blocks K/V blocks, as the schedule numbers them
 * @param joint K/V that every query sees and no shard owns, or null
 * @param schedule of the blocks
 * @param attnType kernel that the user asked for
 * @param processor replaces the kernel, or null
 * @param checkBlocks whether blocks are compared, where they arrive, with what left
 * @param deterministic whether results should be the same to the bit on any ring
 */
public record RingJob(
    AttentionProblem problem,
    List<List<QueryPart>> queries,
    List<KeyValueBlock> blocks,
    @Nullable KeyValueBlock joint,
    RingSchedule schedule,
    AttnType attnType,
    @Nullable BlockProcessor processor,
    boolean checkBlocks,
    boolean deterministic) {
  /** The same with K/V blocks that lie elsewhere. */
  RingJob withBlocks(List<KeyValueBlock> elsewhere) {
    return new RingJob(
        problem,
        queries,
        elsewhere,
        joint,
        schedule,
        attnType,
        processor,
        checkBlocks,
        deterministic);
  }
}
