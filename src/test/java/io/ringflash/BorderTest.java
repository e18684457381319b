package io.ringflash;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.attention.Alibi;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is refused at the border, and in which words. */
class BorderTest {
  private static final RingFlashAttention RING = Rings.of(2);

  private final Tensor q = fp32(2, 6, 4, 8);
  private final Tensor k = fp32(2, 5, 2, 8);
  private final Tensor v = fp32(2, 5, 2, 8);

  @AfterAll
  static void close() {
    RING.close();
  }

  @Test
  void ranks() {
    requireMessage(
        () -> forward(fp32(6, 4, 8), k, v),
        "q should have shape (batch, seqLen, heads, headDim) but got [6, 4, 8]");
    requireMessage(
        () -> forward(q, fp32(1, 2, 5, 2, 8), v),
        "k should have shape (batch, seqLen, kvHeads, headDim) but got [1, 2, 5, 2, 8]");
    requireMessage(
        () -> forward(q, k, fp32(5)),
        "v should have shape (batch, seqLen, kvHeads, headDim) but got [5]");
  }

  @Test
  void sizesThatDiffer() {
    requireMessage(
        () -> forward(q, fp32(3, 5, 2, 8), v),
        "k should have shape (2, seqLen, 2, 8) but got [3, 5, 2, 8]");
    requireMessage(
        () -> forward(q, fp32(2, 5, 2, 9), v),
        "k should have shape (2, seqLen, 2, 8) but got [2, 5, 2, 9]");
    requireMessage(
        () -> forward(q, k, fp32(2, 5, 4, 8)),
        "v should have shape (2, seqLen, 2, 8) but got [2, 5, 4, 8]");
    requireMessage(
        () -> forward(q, k, fp32(2, 4, 2, 8)), "v should have as many tokens as k, 5, but got 4");
  }

  @Test
  void sizesOutOfRange() {
    requireMessage(
        () -> forward(fp32(0, 6, 4, 8), fp32(0, 5, 2, 8), fp32(0, 5, 2, 8)),
        "batch should be in [1, 2147483647] but got 0");
    requireMessage(
        () -> forward(fp32(2, 6, 4, 0), fp32(2, 5, 2, 0), fp32(2, 5, 2, 0)),
        "headDim should be in [1, 256] but got 0");
    requireMessage(
        () -> forward(fp32(2, 6, 4, 257), fp32(2, 5, 2, 257), fp32(2, 5, 2, 257)),
        "headDim should be in [1, 256] but got 257");
    requireMessage(
        () -> forward(fp32(2, 6, 0, 8), k, v), "heads should be in [1, 65536] but got 0");
    requireMessage(
        () -> forward(q, fp32(2, 5, 8, 8), fp32(2, 5, 8, 8)),
        "kvHeads should be in [1, 4] but got 8");
    requireMessage(
        () -> forward(q, fp32(2, 5, 3, 8), fp32(2, 5, 3, 8)),
        "heads should be a multiple of kvHeads but got 4 and 3");
  }

  /** One element, repeated along a dimension that no int can count. */
  @Test
  void sizesBeyondInt() {
    Tensor huge =
        Tensor.of(fp32(1).data(), DType.FP32, new long[] {1L << 31, 1, 1, 1}, new long[4]);
    requireMessage(
        () -> forward(huge, huge, huge), "batch should be at most 2147483647 but got 2147483648");
  }

  @Test
  void types() {
    requireMessage(
        () -> forward(q, TestTensors.normal(DType.FP16, 1, k.shape()), v),
        "k should have dtype fp32, as q, but got fp16");
    requireMessage(
        () -> forward(q, k, TestTensors.normal(DType.BF16, 1, v.shape())),
        "v should have dtype fp32, as q, but got bf16");
  }

  @Test
  void strides() {
    Tensor turned = fp32(2, 6, 8, 4).transpose(2, 3);
    requireMessage(
        () -> forward(turned, k, v), "q should have a contiguous last dimension but got stride 4");
    requireMessage(
        () -> forward(q, fp32(2, 5, 2, 16).slice(3, 0, 8, 2), v),
        "k should have a contiguous last dimension but got stride 2");
    requireMessage(
        () -> forward(q, k, fp32(2, 8, 2, 5).transpose(1, 3)),
        "v should have a contiguous last dimension but got stride 10");
  }

  /** Ranks compute on threads of their own. */
  @Test
  void confinedMemory() {
    try (Arena confined = Arena.ofConfined()) {
      Tensor mine = Tensor.allocate(confined, DType.FP32, q.shape());
      Tensor myKeys = Tensor.allocate(confined, DType.FP32, k.shape());
      String rest =
          " should be in memory that every thread may access, as of Arena.ofShared or ofAuto, but"
              + " got a confined arena's";
      requireMessage(() -> forward(mine, k, v), "q" + rest);
      requireMessage(() -> forward(q, myKeys, v), "k" + rest);
      requireMessage(() -> forward(q, k, myKeys), "v" + rest);
      requireMessage(() -> forward(joint(null, k, myKeys)), "joint value" + rest);
      requireMessage(
          () -> RING.forward(confined, q, k, v, AttentionOptions.defaults()), "results" + rest);
    }
  }

  @Test
  void memoryThatIsGone() {
    Tensor gone;
    try (Arena arena = Arena.ofShared()) {
      gone = Tensor.allocate(arena, DType.FP32, k.shape());
    }
    requireMessage(
        () -> forward(q, k, gone), "v should be in memory but its arena has been closed");
  }

  @Test
  void jointTensors() {
    requireMessage(
        () -> forward(joint(null, fp32(2, 3, 4, 8), v)),
        "joint key should have shape (2, seqLen, 2, 8) but got [2, 3, 4, 8]");
    requireMessage(
        () -> forward(joint(null, k, fp32(2, 3, 2, 8))),
        "joint value should have as many tokens as joint key, 5, but got 3");
    requireMessage(
        () -> forward(joint(null, k, fp32(5, 2, 8))),
        "joint value should have shape (batch, seqLen, kvHeads, headDim) but got [5, 2, 8]");
    requireMessage(
        () -> forward(joint(null, TestTensors.normal(DType.BF16, 1, k.shape()), v)),
        "joint key should have dtype fp32, as q, but got bf16");
    requireMessage(
        () -> forward(joint(fp32(2, 3, 2, 8), k, v)),
        "joint query should have shape (2, seqLen, 4, 8) but got [2, 3, 2, 8]");
    requireMessage(
        () -> forward(joint(fp32(2, 3, 8, 4).transpose(2, 3), k, v)),
        "joint query should have a contiguous last dimension but got stride 4");
  }

  @Test
  void numbers() {
    requireMessage(
        () -> forward(AttentionOptions.builder().window(-2, 4)),
        "window should be two numbers of at least -1 but got -2,4");
    requireMessage(
        () -> forward(AttentionOptions.builder().dropout(1, 3)),
        "dropout should be in [0, 1) but got 1.0");
    requireMessage(
        () -> forward(AttentionOptions.builder().dropout(-0.5f, 3)),
        "dropout should be in [0, 1) but got -0.5");
    requireMessage(
        () -> forward(AttentionOptions.builder().softmaxScale(Float.NaN)),
        "scale should be finite but got NaN");
    requireMessage(
        () -> forward(AttentionOptions.builder().softcap(-1)),
        "softcap should be 0 (off) or positive and finite but got -1.0");
    requireMessage(
        () -> forward(AttentionOptions.builder().softcap(Float.NaN)),
        "softcap should be 0 (off) or positive and finite but got NaN");
    requireMessage(
        () -> forward(AttentionOptions.builder().alibi(Alibi.standard(3))),
        "alibi slopes should have shape (4) or (2, 4) but got 3 slopes of 3 heads");
  }

  @Test
  void kernels() {
    // Whichever device is asked first.
    assertThatThrownBy(() -> forward(AttentionOptions.builder().attnType(AttnType.TILED)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "attn-type of cpu:. should be auto, reference, scalar, vector or onednn but got 'tiled'");
    requireMessage(
        () ->
            forward(
                AttentionOptions.builder()
                    .deterministic(true)
                    .blockProcessor(new DenseProcessor())),
        "deterministic should come without a block processor, whose blocks differ from ring to"
            + " ring, but got both");
  }

  @Test
  void speeds() {
    AttentionOptions.Builder weighted = AttentionOptions.builder().sharding(Sharding.WEIGHTED);
    requireMessage(
        () -> forward(weighted.deviceSpeeds(1, 2, 3)),
        "device speeds should be 2 numbers, one per device, but got 3");
    requireMessage(
        () -> forward(weighted.deviceSpeeds(1, 0)),
        "device speeds should be positive and finite but got [1.0, 0.0]");
  }

  @Test
  void packedForms() {
    AttentionOptions options = AttentionOptions.defaults();
    requireMessage(
        () -> RING.forwardKvPacked(q, fp32(2, 5, 3, 2, 8), options),
        "kv should have shape (batch, seqLen, 2, heads, headDim) but got [2, 5, 3, 2, 8]");
    requireMessage(
        () -> RING.forwardKvPacked(q, k, options),
        "kv should have shape (batch, seqLen, 2, heads, headDim) but got [2, 5, 2, 8]");
    requireMessage(
        () -> RING.forwardQkvPacked(fp32(2, 5, 2, 4, 8), options),
        "qkv should have shape (batch, seqLen, 3, heads, headDim) but got [2, 5, 2, 4, 8]");
  }

  private void forward(AttentionOptions.Builder options) {
    RING.forward(q, k, v, options.build());
  }

  private static void forward(Tensor q, Tensor k, Tensor v) {
    RING.forward(q, k, v, AttentionOptions.defaults());
  }

  private static AttentionOptions.Builder joint(@Nullable Tensor query, Tensor key, Tensor value) {
    return AttentionOptions.builder().joint(query, key, value, JointStrategy.FRONT);
  }

  private static Tensor fp32(long... shape) {
    return TestTensors.normal(DType.FP32, 1, shape);
  }

  private static void requireMessage(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
