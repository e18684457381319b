package io.ringflash;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.ring.DeviceSpeeds;
import io.ringflash.ring.Ring;
import io.ringflash.ring.RingJob;
import io.ringflash.ring.RingSchedule;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call's way from tensors to a ring job: checks, shards, views, outputs. */
final class Run {
  private final Ring ring;
  private final AttentionOptions options;
  private final Arena arena;
  private final AttentionProblem problem;
  private final double[] speeds;
  private final Division division;
  private @Nullable Tensor jointOut;
  private @Nullable Tensor jointLse;
  private List<PositionSlice> localQueries = List.of();

  /**
   * @param arena holds the outputs
   * @param q any tensor of queries, for its sizes and type
   * @param k any tensor of keys, for its sizes
   */
  Run(
      Ring ring,
      AttentionOptions options,
      Arena arena,
      Tensor q,
      long seqLenQ,
      Tensor k,
      long seqLenK) {
    this.ring = ring;
    this.options = options;
    this.arena = arena;
    AttentionShape shape = BorderChecks.shape(q, seqLenQ, k, seqLenK);
    this.problem = options.problem(shape, q.dtype());
    requireJoint(shape, q.dtype());
    requireOwnKernel();
    this.speeds = speeds();
    this.division = Division.of(options, seqLenQ, seqLenK, speeds);
  }

  AttentionProblem problem() {
    return problem;
  }

  /** How the sequence of whole tensors is divided. */
  Division division() {
    return division;
  }

  /**
   * @param actual division of the call
   * @throws IllegalArgumentException if the devices' or the host's memory will not do
   */
  void requireMemory(Division actual) {
    new MemoryCheck(ring, options, problem, speeds).require(actual);
  }

  /** Slices of {@code seqLen} tokens that each rank owns. */
  List<List<PositionSlice>> shards(long seqLen) {
    return options.sharding().shard(seqLen, speeds);
  }

  /** An output like q, for {@code seqLen} queries. */
  Tensor allocateOut(long seqLen) {
    AttentionShape shape = problem.shape();
    return allocate(problem.dtype(), shape.batch(), seqLen, shape.heads(), shape.headDim());
  }

  /** lse for {@code seqLen} queries. */
  Tensor allocateLse(long seqLen) {
    AttentionShape shape = problem.shape();
    return allocate(DType.FP32, shape.batch(), shape.heads(), seqLen);
  }

  /** All rows will be written, but those of other processes. */
  private Tensor allocate(DType dtype, long... shape) {
    return ring.placement().processes() == 1
        ? Tensor.reserve(arena, dtype, shape)
        : Tensor.allocate(arena, dtype, shape);
  }

  /** Pairs slices with the views of their tokens. */
  static List<QueryPart> queryParts(
      List<PositionSlice> slices, List<Tensor> q, List<Tensor> out, List<Tensor> lse) {
    List<QueryPart> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      parts.add(new QueryPart(slices.get(i), q.get(i), out.get(i), lse.get(i)));
    }
    return parts;
  }

  /** Pairs slices with the views of their tokens. */
  static KeyValueBlock block(List<PositionSlice> slices, List<Tensor> k, List<Tensor> v) {
    List<KeyValuePart> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      parts.add(new KeyValuePart(slices.get(i), k.get(i), v.get(i)));
    }
    return new KeyValueBlock(parts, true);
  }

  /** Per rank, its queries and where their results belong, of whole tensors. */
  List<List<QueryPart>> queries(Tensor q, Tensor out, Tensor lse) {
    List<List<QueryPart>> queries = new ArrayList<>(ring.ranks());
    for (List<PositionSlice> slices : division.queries()) {
      queries.add(
          queryParts(
              slices,
              ShardViews.ofWhole(q, 1, slices),
              ShardViews.ofWhole(out, 1, slices),
              ShardViews.ofWhole(lse, 2, slices)));
    }
    return queries;
  }

  /** Blocks of whole tensors. */
  List<KeyValueBlock> blocks(Tensor k, Tensor v) {
    List<KeyValueBlock> blocks = new ArrayList<>(ring.ranks());
    for (List<PositionSlice> slices : division.blocks()) {
      blocks.add(block(slices, ShardViews.ofWhole(k, 1, slices), ShardViews.ofWhole(v, 1, slices)));
    }
    return blocks;
  }

  /** The job of these queries (joint ones are added here) and blocks. */
  RingJob job(List<List<QueryPart>> queries, List<KeyValueBlock> blocks) {
    List<List<QueryPart>> all = withJointQueries(queries);
    List<List<PositionSlice>> querySlices = new ArrayList<>(all.size());
    for (List<QueryPart> parts : all) {
      querySlices.add(QueryPart.slices(parts));
    }
    List<List<PositionSlice>> keySlices = new ArrayList<>(blocks.size());
    for (KeyValueBlock block : blocks) {
      keySlices.add(block.positions());
    }
    RingSchedule schedule =
        options.deterministic()
            ? RingSchedule.canonical(querySlices, keySlices, problem.mask(), problem.queryOffset())
            : RingSchedule.ring(
                querySlices, keySlices, problem.mask(), problem.queryOffset(), ring.placement());
    List<PositionSlice> local = new ArrayList<>();
    for (int i = 0; i < ring.localDevices(); i++) {
      local.addAll(querySlices.get(ring.firstLocalRank() + i));
    }
    localQueries = List.copyOf(local);
    return new RingJob(
        problem,
        all,
        blocks,
        jointBlock(),
        schedule,
        options.attnType(),
        options.blockProcessor(),
        options.checkBlocks(),
        options.deterministic());
  }

  /** Queries of this process's ranks, joint ones included. */
  List<PositionSlice> localQueries() {
    return localQueries;
  }

  @Nullable Tensor jointOut() {
    return jointOut;
  }

  @Nullable Tensor jointLse() {
    return options.returnLse() ? jointLse : null;
  }

  private void requireJoint(AttentionShape shape, DType dtype) {
    Tensor key = options.jointKey();
    Tensor value = options.jointValue();
    Tensor query = options.jointQuery();
    if (key != null && value != null) {
      BorderChecks.requireKeysAndValues("joint key", key, "joint value", value, problem);
    }
    if (query != null) {
      BorderChecks.requireQueries("joint query", query, shape, dtype);
    }
  }

  /** What a caller's processor makes of a block may depend on where the ring cuts it. */
  private void requireOwnKernel() {
    if (options.deterministic() && options.blockProcessor() != null) {
      throw new IllegalArgumentException(
          "deterministic should come without a block processor, whose blocks differ from ring to"
              + " ring, but got both");
    }
  }

  private double[] speeds() {
    double[] given = options.deviceSpeeds();
    if (given != null) {
      return speedsOfMembers(given);
    }
    if (options.sharding() == Sharding.WEIGHTED && ring.ranks() > 1) {
      return DeviceSpeeds.worthwhile(ring.speeds(problem, options.attnType()));
    }
    double[] equal = new double[ring.ranks()];
    Arrays.fill(equal, 1);
    return equal;
  }

  /** Devices that have been lost have speeds, too. */
  private double[] speedsOfMembers(double[] given) {
    if (given.length != ring.devicesAtFirst()) {
      throw new IllegalArgumentException(
          "device speeds should be %d numbers, one per device, but got %d"
              .formatted(ring.devicesAtFirst(), given.length));
    }
    if (!Arrays.stream(given).allMatch(speed -> speed > 0 && Double.isFinite(speed))) {
      throw new IllegalArgumentException(
          "device speeds should be positive and finite but got " + Arrays.toString(given));
    }
    return ring.members().stream().mapToDouble(member -> given[member]).toArray();
  }

  private @Nullable KeyValueBlock jointBlock() {
    Tensor key = options.jointKey();
    Tensor value = options.jointValue();
    if (key == null || value == null || key.dim(1) == 0) {
      return null;
    }
    return block(List.of(PositionSlice.joint(0, key.dim(1))), List.of(key), List.of(value));
  }

  private List<List<QueryPart>> withJointQueries(List<List<QueryPart>> queries) {
    Tensor joint = options.jointQuery();
    if (joint == null) {
      return queries;
    }
    Tensor out = allocateOut(joint.dim(1));
    Tensor lse = allocateLse(joint.dim(1));
    jointOut = out;
    jointLse = lse;
    List<List<QueryPart>> all = new ArrayList<>();
    for (int rank = 0; rank < queries.size(); rank++) {
      List<QueryPart> parts = new ArrayList<>(queries.get(rank));
      for (PositionSlice share : division.jointQueries().get(rank)) {
        parts.add(
            new QueryPart(
                share,
                joint.slice(1, share.start(), share.length(), 1),
                out.slice(1, share.start(), share.length(), 1),
                lse.slice(2, share.start(), share.length(), 1)));
      }
      all.add(parts);
    }
    return all;
  }
}
