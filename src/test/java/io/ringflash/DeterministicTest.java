package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.Alibi;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same bits on every ring. Sequences are longer than several canonical tiles, so that the
 * devices' K/V blocks differ from ring to ring.
 */
class DeterministicTest {
  private static final List<Integer> DEVICES = List.of(1, 2, 3, 4, 7, 8);

  @ParameterizedTest
  @EnumSource(names = {"VECTOR", "SCALAR", "REFERENCE"})
  void fullAttention(AttnType kernel) {
    requireSameBits(kernel, DType.FP32, 0, AttentionOptions.builder());
  }

  @ParameterizedTest
  @EnumSource(names = {"VECTOR", "SCALAR"})
  void everyOptionAtOnce(AttnType kernel) {
    AttentionOptions.Builder options =
        AttentionOptions.builder()
            .causal(true)
            .window(500, -1)
            .softcap(3)
            .alibi(Alibi.standard(2))
            .dropout(0.2f, 99)
            .joint(
                TestTensors.normal(DType.FP16, 4, 1, 5, 2, 8),
                TestTensors.normal(DType.FP16, 5, 1, 19, 1, 8),
                TestTensors.normal(DType.FP16, 6, 1, 19, 1, 8),
                JointStrategy.BACK);
    requireSameBits(kernel, DType.FP16, 0, options);
  }

  @ParameterizedTest
  @EnumSource(names = {"VECTOR", "SCALAR"})
  void windowOfUnlikeLengths(AttnType kernel) {
    requireSameBits(kernel, DType.BF16, -120, AttentionOptions.builder().window(100, 30));
  }

  /**
   * A value that is not finite changes the way in which masked tiles are computed; the columns and
   * rows that it does not reach must not notice.
   */
  @ParameterizedTest
  @EnumSource(names = {"VECTOR", "SCALAR"})
  void aNanAmongTheValues(AttnType kernel) {
    Inputs inputs = new Inputs(kernel, DType.FP32, 0);
    inputs.v.set(Float.NaN, 0, inputs.v.dim(1) / 2, 0, 3);
    inputs.v.set(Float.POSITIVE_INFINITY, 0, 5, 0, 1);
    requireSameBits(kernel, inputs, AttentionOptions.builder().causal(true));
    requireSameBits(kernel, inputs, AttentionOptions.builder().causal(true).dropout(0.3f, 1));
  }

  /** The first call is interpreted, the last ones are compiled. */
  @Test
  void callAfterCall() {
    Tensor q = TestTensors.normal(DType.FP32, 1, 1, 40, 2, 16);
    AttentionOptions options =
        AttentionOptions.builder().softcap(2).causal(true).deterministic(true).build();
    try (RingFlashAttention ring = Rings.of(2)) {
      AttentionResult first = ring.forward(q, q, q, options);
      for (int call = 0; call < 1500; call++) {
        TestTensors.requireSameBits("call " + call, first, ring.forward(q, q, q, options));
      }
    }
  }

  /** 10,080 calls: every ring, sharding and number of threads 140 times. */
  @Test
  @Tag("soak")
  void tenThousandRepeats() {
    Tensor q = TestTensors.normal(DType.FP16, 1, 1, 700, 2, 16);
    Tensor k = TestTensors.normal(DType.FP16, 2, 1, 700, 1, 16);
    AttentionOptions.Builder options =
        AttentionOptions.builder().causal(true).deterministic(true).attnType(AttnType.VECTOR);
    AttentionResult expected;
    try (RingFlashAttention ring = Rings.of(1, 1)) {
      expected = ring.forward(q, k, k, options.build());
    }
    int calls = 0;
    for (int devices : DEVICES) {
      for (int threads : List.of(1, 2, 5)) {
        try (RingFlashAttention ring = Rings.of(devices, threads)) {
          for (int call = 0; call < 140 * Sharding.values().length; call++) {
            Sharding sharding = Sharding.values()[call % Sharding.values().length];
            options.sharding(sharding).deviceSpeeds(Rings.speeds(devices));
            String name = "%d devices, %s, %d threads".formatted(devices, sharding, threads);
            TestTensors.requireSameBits(name, expected, ring.forward(q, k, k, options.build()));
            calls++;
          }
        }
      }
    }
    assertThat(calls).isGreaterThanOrEqualTo(10_000);
  }

  private static void requireSameBits(
      AttnType kernel, DType dtype, int moreKeys, AttentionOptions.Builder options) {
    requireSameBits(kernel, new Inputs(kernel, dtype, moreKeys), options);
  }

  private static void requireSameBits(
      AttnType kernel, Inputs inputs, AttentionOptions.Builder options) {
    options.deterministic(true).attnType(kernel);
    AttentionResult expected = null;
    for (int threads : List.of(1, 5)) {
      for (int devices : threads == 1 ? DEVICES : List.of(1, 3)) {
        try (RingFlashAttention ring = Rings.of(devices, threads)) {
          for (Sharding sharding : Sharding.values()) {
            options.sharding(sharding).deviceSpeeds(Rings.speeds(devices));
            AttentionResult actual = ring.forward(inputs.q, inputs.k, inputs.v, options.build());
            if (expected == null) {
              expected = actual;
            }
            String name = "%d devices, %s, %d threads".formatted(devices, sharding, threads);
            TestTensors.requireSameBits(name, expected, actual);
          }
        }
      }
    }
  }

  private static final class Inputs {
    final Tensor q;
    final Tensor k;
    final Tensor v;

    /** Fewer tokens for the row kernels, which are slow. */
    Inputs(AttnType kernel, DType dtype, int moreKeys) {
      int seqLen = kernel == AttnType.VECTOR ? 1100 : 540;
      q = TestTensors.normal(dtype, 1, 1, seqLen, 2, 8);
      k = TestTensors.normal(dtype, 2, 1, seqLen + moreKeys, 1, 8);
      v = TestTensors.normal(dtype, 3, 1, seqLen + moreKeys, 1, 8);
    }
  }
}
