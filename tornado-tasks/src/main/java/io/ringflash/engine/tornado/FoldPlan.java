package io.ringflash.engine.tornado;

import java.util.function.BiFunction;

/**
 * How a shard is computed.
 *
 * @param label the kernel's name in reports
 * @param padded head dimension with padding
 * @param lead elements that blocks leave out at the beginning, for alignment
 * @param begin brings a shard's queries, of which there are some, to the device; for the worker
 */
record FoldPlan(
    String label,
    int padded,
    int lead,
    BiFunction<ShardTensors, BlockTables, ShardKernels> begin) {}
