package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What comes out, and where it lives. */
class AttentionResultTest {
  private static final RingFlashAttention RING = Rings.of(2);

  private final Tensor q = TestTensors.normal(DType.FP16, 1, 2, 30, 4, 8);
  private final Tensor k = TestTensors.normal(DType.FP16, 2, 2, 20, 2, 8);
  private final Tensor joint = TestTensors.normal(DType.FP16, 3, 2, 5, 2, 8);
  private final Tensor jointQuery = TestTensors.normal(DType.FP16, 4, 2, 7, 4, 8);

  @AfterAll
  static void close() {
    RING.close();
  }

  @Test
  void shapesAndTypes() {
    AttentionResult result = RING.forward(q, k, k, joint(JointStrategy.FRONT).build());
    assertThat(result.out()).hasToString("fp16[2, 30, 4, 8]");
    assertThat(result.lse().orElseThrow()).hasToString("fp32[2, 4, 30]");
    assertThat(result.jointOut().orElseThrow()).hasToString("fp16[2, 7, 4, 8]");
    assertThat(result.jointLse().orElseThrow()).hasToString("fp32[2, 4, 7]");
  }

  @Test
  void lseOnlyIfAskedFor() {
    AttentionOptions options = joint(JointStrategy.FRONT).returnLse(false).build();
    AttentionResult result = RING.forward(q, k, k, options);
    assertThat(result.lse()).isEmpty();
    assertThat(result.jointLse()).isEmpty();
    assertThat(result.jointOut()).isPresent();
    TestTensors.requireSameBits(
        "out", RING.forward(q, k, k, joint(JointStrategy.FRONT).build()).out(), result.out());
  }

  @Test
  void noJointResultsWithoutJointQueries() {
    AttentionOptions options =
        AttentionOptions.builder().joint(joint, joint, JointStrategy.BACK).build();
    AttentionResult result = RING.forward(q, k, k, options);
    assertThat(result.jointOut()).isEmpty();
    assertThat(result.jointLse()).isEmpty();
  }

  @Test
  void jointTokensInFrontOrBack() {
    TestTensors.requireSameBits(
        "strategy",
        RING.forward(q, k, k, joint(JointStrategy.FRONT).build()),
        RING.forward(q, k, k, joint(JointStrategy.BACK).build()));
  }

  /** A builder that goes on is no danger to the options that it has built. */
  @Test
  void optionsDoNotChange() {
    AttentionOptions.Builder builder = AttentionOptions.builder().attnType(AttnType.SCALAR);
    AttentionOptions options = builder.build();
    builder.attnType(AttnType.VECTOR).causal(true);
    AttentionResult result = RING.forward(q, k, k, options);
    assertThat(result.report().kernels()).isEqualTo("scalar");
    assertThat(options.problem(q, k).mask().causal()).isFalse();
  }

  @Test
  void autoSaysWhatItPicked() {
    assertThat(RING.forward(q, k, k, AttentionOptions.defaults()).report().kernels())
        .isEqualTo("vector");
  }

  @Test
  void resultsLiveInTheCallersArena() {
    Tensor out;
    try (Arena arena = Arena.ofShared()) {
      out = RING.forward(arena, q, k, k, AttentionOptions.defaults()).out();
      assertThat(out.get(0, 0, 0, 0)).isFinite();
    }
    assertThatThrownBy(() -> out.get(0, 0, 0, 0)).isInstanceOf(IllegalStateException.class);
  }

  private AttentionOptions.Builder joint(JointStrategy strategy) {
    return AttentionOptions.builder().joint(jointQuery, joint, joint, strategy);
  }
}
