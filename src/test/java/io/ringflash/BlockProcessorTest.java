package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.attention.BlockProcessor;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.RingException;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockProcessorTest {
  private final Tensor q = TestTensors.normal(DType.FP32, 1, 2, 70, 4, 12);
  private final Tensor k = TestTensors.normal(DType.FP32, 2, 2, 60, 2, 12);
  private final Tensor v = TestTensors.normal(DType.FP32, 3, 2, 60, 2, 12);

  /** Rows that see nothing at all included: there are more queries than keys. */
  @ParameterizedTest
  @EnumSource
  void mergesExactlyOnEveryRing(Sharding sharding) {
    for (int devices : new int[] {1, 2, 5}) {
      AttentionOptions.Builder options =
          AttentionOptions.builder()
              .causal(true)
              .window(30, -1)
              .sharding(sharding)
              .deviceSpeeds(Rings.speeds(devices));
      requireSame(devices, options);
    }
  }

  @Test
  void seesJointTokens() {
    AttentionOptions.Builder options =
        AttentionOptions.builder()
            .causal(true)
            .joint(
                TestTensors.normal(DType.FP32, 4, 2, 3, 4, 12),
                TestTensors.normal(DType.FP32, 5, 2, 5, 2, 12),
                TestTensors.normal(DType.FP32, 6, 2, 5, 2, 12),
                JointStrategy.FRONT);
    requireSame(3, options);
  }

  @Test
  void isAskedOnlyForBlocksThatTheMaskLeaves() {
    Set<String> pairs = ConcurrentHashMap.newKeySet();
    BlockProcessor spy =
        block -> {
          pairs.add(block.queries().start() + " " + block.keys().start());
          return new DenseProcessor().process(block);
        };
    try (RingFlashAttention ring = Rings.of(2)) {
      AttentionResult result =
          ring.forward(
              k, k, k, AttentionOptions.builder().causal(true).blockProcessor(spy).build());
      assertThat(pairs).containsExactlyInAnyOrder("0 0", "30 0", "30 30");
      assertThat(result.report().kernels()).isEqualTo("processor");
    }
  }

  @Test
  void minusInfinityIsNothing() {
    BlockProcessor nothing =
        block -> {
          BlockProcessor.Result result = new DenseProcessor().process(block);
          return new BlockProcessor.Result(
              TestTensors.filled(DType.FP32, Float.NaN, result.out().shape()),
              TestTensors.filled(DType.FP32, Float.NEGATIVE_INFINITY, result.lse().shape()));
        };
    try (RingFlashAttention ring = Rings.of(2)) {
      AttentionResult result =
          ring.forward(q, k, v, AttentionOptions.builder().blockProcessor(nothing).build());
      assertThat(TestTensors.values(result.out())).containsOnly(0);
      assertThat(TestTensors.values(result.lse().orElseThrow()))
          .containsOnly(Float.NEGATIVE_INFINITY);
    }
  }

  @Test
  void wrongShapesAreRefused() {
    Tensor good = tensor(DType.FP32, 2, 70, 4, 12);
    Tensor goodLse = tensor(DType.FP32, 2, 4, 70);
    requireFailure(
        new BlockProcessor.Result(tensor(DType.FP32, 2, 4, 70, 12), goodLse),
        "a block processor's out should be fp32[2, 70, 4, 12] but got fp32[2, 4, 70, 12]");
    requireFailure(
        new BlockProcessor.Result(tensor(DType.BF16, 2, 70, 4, 12), goodLse),
        "a block processor's out should be fp32[2, 70, 4, 12] but got bf16[2, 70, 4, 12]");
    requireFailure(
        new BlockProcessor.Result(good, tensor(DType.FP32, 2, 70, 4)),
        "a block processor's lse should be fp32[2, 4, 70] but got fp32[2, 70, 4]");
  }

  @Test
  void aFailureNamesRankDeviceAndStep() {
    BlockProcessor failing =
        block -> {
          throw new UnsupportedOperationException("not today");
        };
    try (RingFlashAttention ring = Rings.of(1)) {
      AttentionOptions options = AttentionOptions.builder().blockProcessor(failing).build();
      assertThatThrownBy(() -> ring.forward(q, k, v, options))
          .isInstanceOf(RingException.class)
          .hasMessage("rank 0 (cpu:0) failed at step 0: not today")
          .hasCauseInstanceOf(UnsupportedOperationException.class);
    }
  }

  private void requireFailure(BlockProcessor.Result result, String message) {
    try (RingFlashAttention ring = Rings.of(1)) {
      AttentionOptions options = AttentionOptions.builder().blockProcessor(block -> result).build();
      assertThatThrownBy(() -> ring.forward(q, k, v, options))
          .isInstanceOf(RingException.class)
          .hasMessage("rank 0 (cpu:0) failed at step 0: " + message);
    }
  }

  private void requireSame(int devices, AttentionOptions.Builder options) {
    try (RingFlashAttention ring = Rings.of(devices)) {
      options.attnType(AttnType.VECTOR);
      AttentionResult expected = ring.forward(q, k, v, options.build());
      AttentionResult actual =
          ring.forward(q, k, v, options.blockProcessor(new DenseProcessor()).build());
      requireClose(expected.out(), actual.out());
      requireClose(expected.lse().orElseThrow(), actual.lse().orElseThrow());
      assertThat(actual.jointOut().isPresent()).isEqualTo(expected.jointOut().isPresent());
      if (actual.jointOut().isPresent()) {
        requireClose(expected.jointOut().orElseThrow(), actual.jointOut().orElseThrow());
        requireClose(expected.jointLse().orElseThrow(), actual.jointLse().orElseThrow());
      }
    }
  }

  private static void requireClose(Tensor expected, Tensor actual) {
    assertThat(TestTensors.values(actual))
        .containsExactly(TestTensors.values(expected), offset(3e-6f));
  }

  private static Tensor tensor(DType dtype, long... shape) {
    return Tensor.allocate(Arena.ofAuto(), dtype, shape);
  }
}
