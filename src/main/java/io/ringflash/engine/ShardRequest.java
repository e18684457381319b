package io.ringflash.engine;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.BlockProcessor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rank's share of a run.
 *
 * @param problem the whole problem
 * @param queries the rank's queries; may be empty
 * @param blocks K/V blocks that will be folded in, once each and in this order; a device may finish
 *     a row with the last one that has keys for it, so that results are right in this order alone
 * @param attnType kernel that the user asked for
 * @param processor replaces the kernel, or null
 * @param deterministic whether the bits of a row may depend on nothing but its keys and their
 *     order, wherever blocks of them end
 * @param stop checked between pieces of work
 */
public record ShardRequest(
    AttentionProblem problem,
    List<QueryPart> queries,
    List<KeyValueBlock> blocks,
    AttnType attnType,
    @Nullable BlockProcessor processor,
    boolean deterministic,
    StopSignal stop) {}
