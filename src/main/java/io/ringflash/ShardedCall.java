package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.QueryPart;
import io.ringflash.ring.DeviceLoss;
import io.ringflash.ring.Ring;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of tensors that are sharded already, one per rank. Devices that have been lost leave
 * their shards to the others, which take equal parts of them.
 */
final class ShardedCall {
  private final Ring ring;
  private final Ring devices;
  private final AttentionOptions options;
  private final Reassignment reassignment;

  /**
   * @param ring whose ranks the tensors are for
   * @param devices those of them that are left
   */
  ShardedCall(Ring ring, Ring devices, AttentionOptions options) {
    this.ring = ring;
    this.devices = devices;
    this.options = options;
    this.reassignment = new Reassignment(devices.members());
    if (ring.placement().processes() > 1) {
      throw new UnsupportedOperationException(
          "one tensor per rank is for the devices of one process; with several, give each whole"
              + " tensors, mapped from files");
    }
  }

  List<AttentionResult> forward(
      List<Tensor> q, List<Tensor> k, List<Tensor> v, List<DeviceLoss> losses) {
    requireOnePerRank("q", q);
    requireOnePerRank("k", k);
    requireOnePerRank("v", v);
    Arena outputs = Arena.ofAuto();
    long seqLenQ = q.stream().mapToLong(tensor -> BorderChecks.queryLength("q", tensor)).sum();
    long seqLenK = k.stream().mapToLong(tensor -> BorderChecks.keyLength("k", tensor)).sum();
    Run run = new Run(ring, options, outputs, q.getFirst(), seqLenQ, k.getFirst(), seqLenK);
    for (int rank = 0; rank < ring.ranks(); rank++) {
      String name = " of rank " + rank;
      BorderChecks.requireQueries(
          "q" + name, q.get(rank), run.problem().shape(), run.problem().dtype());
      BorderChecks.requireKeysAndValues(
          "k" + name, k.get(rank), "v" + name, v.get(rank), run.problem());
    }
    List<List<PositionSlice>> queryShards = shards(run, "q", q, seqLenQ);
    List<List<PositionSlice>> keyShards = shards(run, "k", k, seqLenK);
    Run left =
        devices == ring
            ? run
            : new Run(devices, options, outputs, q.getFirst(), seqLenQ, k.getFirst(), seqLenK);
    left.requireMemory(division(left.division(), queryShards, keyShards));
    List<Tensor> outs = new ArrayList<>();
    List<Tensor> lses = new ArrayList<>();
    List<List<QueryPart>> queries = new ArrayList<>();
    for (int rank = 0; rank < ring.ranks(); rank++) {
      List<PositionSlice> slices = queryShards.get(rank);
      Tensor out = run.allocateOut(q.get(rank).dim(1));
      Tensor lse = run.allocateLse(q.get(rank).dim(1));
      outs.add(out);
      lses.add(lse);
      queries.add(
          Run.queryParts(
              slices,
              ShardViews.ofRank(q.get(rank), 1, slices),
              ShardViews.ofRank(out, 1, slices),
              ShardViews.ofRank(lse, 2, slices)));
    }
    try (Arena gathered = Arena.ofShared()) {
      List<KeyValueBlock> blocks = blocks(gathered, left, k, v, keyShards, seqLenK);
      RingJob job = left.job(reassignment.queries(queries), blocks);
      return results(left, queryShards, outs, lses, devices.run(job).after(losses));
    }
  }

  /**
   * As the tensors are divided.
   *
   * @param whole division of whole tensors, from which the canonical order takes its blocks
   */
  private Division division(
      Division whole, List<List<PositionSlice>> queries, List<List<PositionSlice>> keys) {
    return new Division(
        reassignment.slices(queries),
        whole.jointQueries(),
        options.deterministic() ? whole.blocks() : reassignment.slices(keys));
  }

  private List<AttentionResult> results(
      Run run,
      List<List<PositionSlice>> queries,
      List<Tensor> outs,
      List<Tensor> lses,
      RingReport report) {
    List<AttentionResult> results = new ArrayList<>();
    for (int rank = 0; rank < ring.ranks(); rank++) {
      results.add(
          new AttentionResult(
              outs.get(rank),
              options.returnLse() ? lses.get(rank) : null,
              run.jointOut(),
              run.jointLse(),
              withJoint(queries.get(rank)),
              report));
    }
    return results;
  }

  private List<PositionSlice> withJoint(List<PositionSlice> queries) {
    Tensor joint = options.jointQuery();
    if (joint == null || joint.dim(1) == 0) {
      return queries;
    }
    List<PositionSlice> all = new ArrayList<>(queries);
    all.add(PositionSlice.joint(0, joint.dim(1)));
    return List.copyOf(all);
  }

  /** The canonical order wants blocks that no rank holds: they are gathered first. */
  private List<KeyValueBlock> blocks(
      Arena gathered,
      Run run,
      List<Tensor> k,
      List<Tensor> v,
      List<List<PositionSlice>> shards,
      long seqLenK) {
    if (options.deterministic()) {
      return run.blocks(
          ShardViews.gather(gathered, k, shards, seqLenK),
          ShardViews.gather(gathered, v, shards, seqLenK));
    }
    List<KeyValueBlock> blocks = new ArrayList<>();
    for (int rank = 0; rank < ring.ranks(); rank++) {
      List<PositionSlice> slices = shards.get(rank);
      blocks.add(
          Run.block(
              slices,
              ShardViews.ofRank(k.get(rank), 1, slices),
              ShardViews.ofRank(v.get(rank), 1, slices)));
    }
    return reassignment.blocks(blocks);
  }

  private List<List<PositionSlice>> shards(
      Run run, String name, List<Tensor> tensors, long seqLen) {
    if (options.sharding() == Sharding.CONTIGUOUS) {
      return consecutive(tensors);
    }
    List<List<PositionSlice>> shards = run.shards(seqLen);
    for (int rank = 0; rank < shards.size(); rank++) {
      long expected = shards.get(rank).stream().mapToLong(PositionSlice::length).sum();
      if (tensors.get(rank).dim(1) != expected) {
        throw new IllegalArgumentException(
            "%s of rank %d should have %d of %d tokens under %s sharding but got %d"
                .formatted(
                    name,
                    rank,
                    expected,
                    seqLen,
                    options.sharding().label(),
                    tensors.get(rank).dim(1)));
      }
    }
    return shards;
  }

  private static List<List<PositionSlice>> consecutive(List<Tensor> tensors) {
    List<List<PositionSlice>> shards = new ArrayList<>();
    long start = 0;
    for (Tensor tensor : tensors) {
      long length = tensor.dim(1);
      shards.add(length == 0 ? List.of() : List.of(PositionSlice.contiguous(start, length)));
      start += length;
    }
    return shards;
  }

  private void requireOnePerRank(String name, List<Tensor> tensors) {
    if (tensors.size() != ring.ranks()) {
      throw new IllegalArgumentException(
          "%s should be %d tensors, one per device, but got %d"
              .formatted(name, ring.ranks(), tensors.size()));
    }
  }
}
