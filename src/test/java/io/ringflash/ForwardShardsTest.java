package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One tensor per rank gives the bits that whole tensors give. */
class ForwardShardsTest {
  private static final int RANKS = 3;

  private final Tensor q = TestTensors.normal(DType.FP32, 1, 2, 301, 4, 16);
  private final Tensor k = TestTensors.normal(DType.FP32, 2, 2, 333, 2, 16);
  private final Tensor v = TestTensors.normal(DType.FP32, 3, 2, 333, 2, 16);

  @ParameterizedTest
  @CsvSource({
    "CONTIGUOUS,false", "ZIGZAG,false", "STRIPED,false", "WEIGHTED,false",
    "CONTIGUOUS,true", "ZIGZAG,true", "STRIPED,true", "WEIGHTED,true"
  })
  void everySharding(Sharding sharding, boolean deterministic) {
    AttentionOptions options =
        AttentionOptions.builder()
            .causal(true)
            .sharding(sharding)
            .deviceSpeeds(Rings.speeds(RANKS))
            .deterministic(deterministic)
            .build();
    List<List<PositionSlice>> queries = sharding.shard(q.dim(1), Rings.speeds(RANKS));
    List<List<PositionSlice>> keys = sharding.shard(k.dim(1), Rings.speeds(RANKS));
    try (RingFlashAttention ring = Rings.of(RANKS)) {
      AttentionResult whole = ring.forward(q, k, v, options);
      List<AttentionResult> results =
          ring.forwardShards(
              shards(q, 1, queries), shards(k, 1, keys), shards(v, 1, keys), options);
      requireSameBits(whole, results, queries);
    }
  }

  @Test
  void joinsQueriesOfAllRanks() {
    AttentionOptions options =
        AttentionOptions.builder()
            .sharding(Sharding.ZIGZAG)
            .joint(
                TestTensors.normal(DType.FP32, 4, 2, 7, 4, 16),
                TestTensors.normal(DType.FP32, 5, 2, 9, 2, 16),
                TestTensors.normal(DType.FP32, 6, 2, 9, 2, 16),
                JointStrategy.FRONT)
            .build();
    List<List<PositionSlice>> queries = Sharding.ZIGZAG.shard(q.dim(1), new double[RANKS]);
    List<List<PositionSlice>> keys = Sharding.ZIGZAG.shard(k.dim(1), new double[RANKS]);
    try (RingFlashAttention ring = Rings.of(RANKS)) {
      AttentionResult whole = ring.forward(q, k, v, options);
      List<AttentionResult> results =
          ring.forwardShards(
              shards(q, 1, queries), shards(k, 1, keys), shards(v, 1, keys), options);
      for (int rank = 0; rank < RANKS; rank++) {
        AttentionResult result = results.get(rank);
        List<PositionSlice> own = new ArrayList<>(queries.get(rank));
        own.add(PositionSlice.joint(0, 7));
        assertThat(result.queries()).isEqualTo(own);
        TestTensors.requireSameBits(
            "joint out", whole.jointOut().orElseThrow(), result.jointOut().orElseThrow());
        TestTensors.requireSameBits(
            "joint lse", whole.jointLse().orElseThrow(), result.jointLse().orElseThrow());
      }
    }
  }

  /** A device that gets next to nothing of the sequence holds nobody up for joint queries. */
  @Test
  void jointQueriesAreWeightedToo() {
    Tensor joint = TestTensors.normal(DType.FP32, 4, 2, 12, 4, 16);
    Tensor none = TestTensors.normal(DType.FP32, 5, 2, 0, 2, 16);
    AttentionOptions.Builder options =
        AttentionOptions.builder().joint(joint, none, none, JointStrategy.FRONT);
    try (RingFlashAttention ring = Rings.of(3)) {
      AttentionResult equal = ring.forward(q, k, v, options.build());
      AttentionResult weighted =
          ring.forward(
              q,
              k,
              v,
              options.sharding(Sharding.WEIGHTED).deviceSpeeds(1e308, 1e308, 1e-9).build());
      assertThat(weighted.report().ranks().stream().map(RankReport::queries))
          .containsExactly(150L + 6, 150L + 6, 1L);
      assertThat(TestTensors.values(weighted.jointOut().orElseThrow()))
          .containsExactly(TestTensors.values(equal.jointOut().orElseThrow()), within(1e-5f));
    }
  }

  /**
   * Contiguous shards may have any lengths, none included; a deterministic run tells no difference.
   */
  @Test
  void contiguousShardsOfAnyLength() {
    List<List<PositionSlice>> queries = contiguous(200, 0, 101);
    List<List<PositionSlice>> keys = contiguous(0, 12, 321);
    AttentionOptions options = AttentionOptions.builder().causal(true).deterministic(true).build();
    try (RingFlashAttention ring = Rings.of(RANKS)) {
      AttentionResult whole = ring.forward(q, k, v, options);
      List<AttentionResult> results =
          ring.forwardShards(
              shards(q, 1, queries), shards(k, 1, keys), shards(v, 1, keys), options);
      requireSameBits(whole, results, queries);
    }
  }

  @Test
  void wrongLengths() {
    AttentionOptions zigzag = AttentionOptions.builder().sharding(Sharding.ZIGZAG).build();
    List<Tensor> even = List.of(tokens(4), tokens(4), tokens(4));
    List<Tensor> uneven = List.of(tokens(4), tokens(5), tokens(3));
    requireMessage(
        even.subList(0, 2), even, even, zigzag, "q should be 3 tensors, one per device, but got 2");
    requireMessage(
        uneven,
        even,
        even,
        zigzag,
        "q of rank 1 should have 4 of 12 tokens under zigzag sharding but got 5");
    requireMessage(
        even,
        uneven,
        uneven,
        zigzag,
        "k of rank 1 should have 4 of 12 tokens under zigzag sharding but got 5");
    requireMessage(
        even,
        even,
        uneven,
        AttentionOptions.defaults(),
        "v of rank 1 should have as many tokens as k of rank 1, 4, but got 5");
  }

  @Test
  void wrongShapes() {
    List<Tensor> good = List.of(tokens(4), tokens(4), tokens(4));
    List<Tensor> bad = List.of(tokens(4), tokens(4), TestTensors.normal(DType.FP32, 1, 2, 4, 2, 5));
    AttentionOptions options = AttentionOptions.defaults();
    String rest = " of rank 2 should have shape (2, seqLen, 2, 16) but got [2, 4, 2, 5]";
    requireMessage(bad, good, good, options, "q" + rest);
    requireMessage(good, bad, good, options, "k" + rest);
    requireMessage(good, good, bad, options, "v" + rest);
    List<Tensor> half = good.stream().map(t -> t.copy(Arena.ofAuto(), DType.FP16)).toList();
    requireMessage(
        good, half, half, options, "k of rank 0 should have dtype fp32, as q, but got fp16");
  }

  private static void requireMessage(
      List<Tensor> q, List<Tensor> k, List<Tensor> v, AttentionOptions options, String message) {
    try (RingFlashAttention ring = Rings.of(RANKS)) {
      assertThatThrownBy(() -> ring.forwardShards(q, k, v, options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(message);
    }
  }

  private static void requireSameBits(
      AttentionResult whole, List<AttentionResult> results, List<List<PositionSlice>> queries) {
    assertThat(results).hasSize(RANKS);
    List<Tensor> outs = shards(whole.out(), 1, queries);
    List<Tensor> lses = shards(whole.lse().orElseThrow(), 2, queries);
    for (int rank = 0; rank < RANKS; rank++) {
      AttentionResult result = results.get(rank);
      TestTensors.requireSameBits("out of rank " + rank, outs.get(rank), result.out());
      TestTensors.requireSameBits(
          "lse of rank " + rank, lses.get(rank), result.lse().orElseThrow());
    }
  }

  private static Tensor tokens(int count) {
    return TestTensors.normal(DType.FP32, count, 2, count, 2, 16);
  }

  private static List<List<PositionSlice>> contiguous(long... lengths) {
    List<List<PositionSlice>> shards = new ArrayList<>();
    long start = 0;
    for (long length : lengths) {
      shards.add(List.of(PositionSlice.contiguous(start, length)));
      start += length;
    }
    return shards;
  }

  /** Per rank a tensor of its own with its tokens, slice after slice. */
  private static List<Tensor> shards(
      Tensor whole, int dimension, List<List<PositionSlice>> shards) {
    List<Tensor> tensors = new ArrayList<>();
    for (List<PositionSlice> slices : shards) {
      long[] shape = whole.shape();
      shape[dimension] = slices.stream().mapToLong(PositionSlice::length).sum();
      Tensor tensor = Tensor.allocate(Arena.ofAuto(), whole.dtype(), shape);
      long at = 0;
      for (PositionSlice slice : slices) {
        tensor
            .slice(dimension, at, slice.length(), 1)
            .copyFrom(whole.slice(dimension, slice.start(), slice.length(), slice.stride()));
        at += slice.length();
      }
      tensors.add(tensor);
    }
    return tensors;
  }
}
