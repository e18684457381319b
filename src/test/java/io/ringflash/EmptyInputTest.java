package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing to ask, nothing to see, or less of it than devices. */
class EmptyInputTest {
  private static List<RingFlashAttention> rings = List.of();

  @BeforeAll
  static void open() {
    rings = List.of(Rings.of(1), Rings.of(3), Rings.of(8));
  }

  @AfterAll
  static void close() {
    rings.forEach(RingFlashAttention::close);
  }

  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void noQueries(AttnType kernel) {
    for (RingFlashAttention ring : rings) {
      AttentionResult result = forward(ring, 0, 7, options(kernel, Sharding.CONTIGUOUS));
      assertThat(result.out().shape()).containsExactly(2, 0, 4, 8);
      assertThat(result.lse().orElseThrow().shape()).containsExactly(2, 4, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void noKeys(AttnType kernel) {
    for (RingFlashAttention ring : rings) {
      for (Sharding sharding : Sharding.values()) {
        requireNothingSeen(forward(ring, 7, 0, options(kernel, sharding)), 7);
      }
    }
  }

  @Test
  void neither() {
    for (RingFlashAttention ring : rings) {
      AttentionResult result = forward(ring, 0, 0, options(AttnType.AUTO, Sharding.ZIGZAG));
      assertThat(result.out().size()).isZero();
      assertThat(result.lse().orElseThrow().size()).isZero();
    }
  }

  /** The last query is aligned with the last key: the first ones come before all keys. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void rowsThatSeeNothing(AttnType kernel) {
    for (RingFlashAttention ring : rings) {
      for (Sharding sharding : Sharding.values()) {
        AttentionOptions.Builder options = options(kernel, sharding).causal(true);
        AttentionResult result = forward(ring, 50, 12, options);
        requireNothingSeen(result, 38);
        for (int i = 38; i < 50; i++) {
          assertThat(result.lse().orElseThrow().get(1, 2, i)).isFinite();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void moreDevicesThanTokens(Sharding sharding) {
    AttentionOptions.Builder options =
        options(AttnType.VECTOR, sharding).causal(true).deterministic(true);
    for (int tokens : new int[] {1, 2, 5}) {
      AttentionResult one =
          forward(rings.getFirst(), tokens, tokens, options.sharding(Sharding.CONTIGUOUS));
      AttentionResult eight = forward(rings.getLast(), tokens, tokens, options.sharding(sharding));
      TestTensors.requireSameBits(tokens + " tokens", one, eight);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "VECTOR", "SCALAR", "REFERENCE"})
  void jointTokensAlone(AttnType kernel) {
    Tensor q = tensor(1, 7, 4);
    Tensor k = tensor(2, 5, 2);
    Tensor v = tensor(3, 5, 2);
    for (RingFlashAttention ring : rings) {
      AttentionResult plain =
          ring.forward(q, k, v, options(kernel, Sharding.CONTIGUOUS).deterministic(true).build());
      AttentionOptions.Builder joint =
          options(kernel, Sharding.ZIGZAG)
              .causal(true)
              .deterministic(true)
              .joint(k, v, JointStrategy.BACK);
      AttentionResult alone = forward(ring, q, 0, joint);
      TestTensors.requireSameBits("joint alone", plain, alone);
    }
  }

  @Test
  void noJointTokens() {
    Tensor none = tensor(1, 0, 2);
    Tensor noQueries = tensor(1, 0, 4);
    for (RingFlashAttention ring : rings) {
      AttentionOptions.Builder options = options(AttnType.VECTOR, Sharding.ZIGZAG);
      AttentionResult plain = forward(ring, 9, 9, options);
      AttentionResult joint =
          forward(ring, 9, 9, options.joint(noQueries, none, none, JointStrategy.FRONT));
      assertThat(joint.jointOut().orElseThrow().shape()).containsExactly(2, 0, 4, 8);
      TestTensors.requireSameBits("out", plain.out(), joint.out());
    }
  }

  /** Joint queries wait for nobody: they see the sequence although it asks nothing. */
  @Test
  void jointQueriesAlone() {
    // So many that the kernel for few rows takes neither problem.
    Tensor jointQuery = tensor(1, 20, 4);
    Tensor none = tensor(1, 0, 2);
    for (RingFlashAttention ring : rings) {
      AttentionOptions.Builder options =
          options(AttnType.VECTOR, Sharding.STRIPED).deterministic(true);
      AttentionResult plain = forward(ring, jointQuery, 11, options);
      options.joint(jointQuery, none, none, JointStrategy.FRONT);
      AttentionResult joint = forward(ring, 0, 11, options.causal(true));
      TestTensors.requireSameBits("joint out", plain.out(), joint.jointOut().orElseThrow());
    }
  }

  private static AttentionOptions.Builder options(AttnType kernel, Sharding sharding) {
    return AttentionOptions.builder().attnType(kernel).sharding(sharding);
  }

  private static AttentionResult forward(
      RingFlashAttention ring, int seqLenQ, int seqLenK, AttentionOptions.Builder options) {
    return forward(ring, tensor(1, seqLenQ, 4), seqLenK, options);
  }

  private static AttentionResult forward(
      RingFlashAttention ring, Tensor q, int seqLenK, AttentionOptions.Builder options) {
    double[] speeds = Rings.speeds(ring.group().size());
    return ring.forward(
        q, tensor(2, seqLenK, 2), tensor(3, seqLenK, 2), options.deviceSpeeds(speeds).build());
  }

  private static void requireNothingSeen(AttentionResult result, int queries) {
    Tensor lse = result.lse().orElseThrow();
    for (int b = 0; b < 2; b++) {
      for (int h = 0; h < 4; h++) {
        for (int i = 0; i < queries; i++) {
          assertThat(lse.get(b, h, i)).isEqualTo(Float.NEGATIVE_INFINITY);
          assertThat(result.out().get(b, i, h, 3)).isEqualTo(0f);
        }
      }
    }
  }

  private static Tensor tensor(long seed, int tokens, int heads) {
    return TestTensors.normal(DType.FP32, seed, 2, tokens, heads, 8);
  }
}
