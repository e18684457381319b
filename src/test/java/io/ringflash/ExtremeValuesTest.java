package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Finite numbers at the ends of their ranges. */
class ExtremeValuesTest {
  private static List<RingFlashAttention> rings = List.of();

  @BeforeAll
  static void open() {
    rings = List.of(Rings.of(1), Rings.of(3));
  }

  @AfterAll
  static void close() {
    rings.forEach(RingFlashAttention::close);
  }

  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void aHugeValue(AttnType kernel) {
    Tensor q = normal(1);
    Tensor k = normal(2);
    Tensor v = normal(3);
    v.set(1e38f, 0, 40, 1, 2);
    v.set(-1e38f, 0, 90, 0, 3);
    requireLikeOracle(q, k, v, kernel);
  }

  /** A mean within FP32 whose sum is not: infinite, as the README says, and lse is right. */
  @ParameterizedTest
  @EnumSource(names = {"VECTOR", "SCALAR"})
  void aSumBeyondTheRangeIsInfinite(AttnType kernel) {
    Tensor q = TestTensors.filled(DType.FP32, 1, 1, 20, 1, 8);
    Tensor v = TestTensors.filled(DType.FP32, 1e38f, 1, 20, 1, 8);
    for (RingFlashAttention ring : rings) {
      AttentionResult result =
          ring.forward(q, q, v, AttentionOptions.builder().attnType(kernel).build());
      assertThat(TestTensors.values(result.out())).containsOnly(Float.POSITIVE_INFINITY);
      for (float lse : TestTensors.values(result.lse().orElseThrow())) {
        assertThat(lse).isCloseTo((float) (Math.sqrt(8) + Math.log(20)), offset(1e-5f));
      }
    }
  }

  /** Scores of ±3e37: one key takes all the weight, or none. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void aHugeKeyOrQuery(AttnType kernel) {
    Tensor q = normal(1);
    Tensor k = normal(2);
    Tensor v = normal(3);
    k.set(3e37f, 0, 40, 1, 2);
    requireLikeOracle(q, k, v, kernel);
    q.set(-1e30f, 0, 99, 0, 1);
    requireLikeOracle(q, k, v, kernel);
  }

  /** Only one key counts: out is its value to the last bit. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void aHugeScale(AttnType kernel) {
    Tensor q = TestTensors.filled(DType.FP32, 1, 1, 5, 1, 1);
    Tensor k = normal(2, 1, 99, 1, 1);
    Tensor v = normal(3, 1, 99, 1, 1);
    k.set(7, 0, 50, 0, 0);
    for (RingFlashAttention ring : rings) {
      AttentionResult result =
          ring.forward(
              q, k, v, AttentionOptions.builder().softmaxScale(1e6f).attnType(kernel).build());
      assertThat(TestTensors.values(result.out())).containsOnly(v.get(0, 50, 0, 0));
      assertThat(TestTensors.values(result.lse().orElseThrow())).containsOnly(7e6f);
    }
  }

  /** Products beyond FP32: there may be no answer, but never one that looks like no key. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void scoresThatOverflowAreNotHidden(AttnType kernel) {
    Tensor q = TestTensors.filled(DType.FP32, 1e25f, 1, 3, 1, 4);
    Tensor v = TestTensors.filled(DType.FP32, 2, 1, 9, 1, 4);
    Tensor k = TestTensors.filled(DType.FP32, 1e25f, 1, 9, 1, 4);
    for (RingFlashAttention ring : rings) {
      AttentionResult result =
          ring.forward(q, k, v, AttentionOptions.builder().attnType(kernel).build());
      for (float out : TestTensors.values(result.out())) {
        assertThat(out == 2 || Float.isNaN(out)).as("out %s", out).isTrue();
      }
      assertThat(TestTensors.values(result.lse().orElseThrow()))
          .doesNotContain(Float.NEGATIVE_INFINITY);
    }
  }

  /** Kept weights are doubled: an output may leave the range of FP16. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void outputsOverflowToInfinity(AttnType kernel) {
    Tensor q = TestTensors.normal(DType.FP16, 1, 1, 20, 2, 8);
    Tensor k = TestTensors.normal(DType.FP16, 2, 1, 20, 2, 8);
    Tensor v = TestTensors.filled(DType.FP16, 60000, 1, 20, 2, 8);
    AttentionOptions options = AttentionOptions.builder().dropout(0.5f, 3).attnType(kernel).build();
    OracleCheck check = new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, v));
    for (RingFlashAttention ring : rings) {
      AttentionResult result = ring.forward(q, k, v, options);
      check.require("dropout", result);
      assertThat(TestTensors.values(result.out())).contains(Float.POSITIVE_INFINITY);
    }
  }

  /** The largest FP16 number, averaged with itself, is itself. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void theLargestHalf(AttnType kernel) {
    Tensor q = TestTensors.normal(DType.FP16, 1, 1, 20, 2, 8);
    Tensor k = TestTensors.normal(DType.FP16, 2, 1, 300, 2, 8);
    Tensor v = TestTensors.filled(DType.FP16, 65504, 1, 300, 2, 8);
    for (RingFlashAttention ring : rings) {
      AttentionResult result =
          ring.forward(q, k, v, AttentionOptions.builder().attnType(kernel).build());
      assertThat(TestTensors.values(result.out())).containsOnly(65504);
    }
  }

  /** AMX takes BF16 ones as zeros. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void subnormals(AttnType kernel) {
    for (DType dtype : DType.values()) {
      boolean mayVanish = kernel == AttnType.ONEDNN && dtype == DType.BF16;
      float tiny = dtype == DType.FP16 ? 3e-6f : 1e-39f;
      Tensor small = TestTensors.filled(dtype, tiny, 1, 50, 1, 4);
      for (RingFlashAttention ring : rings) {
        AttentionResult result =
            ring.forward(small, small, small, AttentionOptions.builder().attnType(kernel).build());
        float expected = dtype.round(tiny);
        for (float out : TestTensors.values(result.out())) {
          boolean close = Math.abs(out - expected) <= 1e-3f * expected;
          assertThat(close || (mayVanish && out == 0)).as("%s: %s", dtype, out).isTrue();
        }
        for (float lse : TestTensors.values(result.lse().orElseThrow())) {
          assertThat(lse).isCloseTo((float) Math.log(50), offset(1e-5f));
        }
      }
    }
  }

  /** Zeros come out positive: the sign would tell how the ring was cut. */
  @ParameterizedTest
  @MethodSource("io.ringflash.CpuKernels#all")
  void negativeZeros(AttnType kernel) {
    for (DType dtype : DType.values()) {
      Tensor q = TestTensors.normal(dtype, 1, 1, 20, 1, 4);
      Tensor v = TestTensors.filled(dtype, -0.0f, 1, 20, 1, 4);
      Tensor zeros = TestTensors.filled(dtype, 0, 1, 20, 1, 4);
      for (RingFlashAttention ring : rings) {
        for (boolean causal : new boolean[] {false, true}) {
          AttentionResult result =
              ring.forward(
                  q, q, v, AttentionOptions.builder().causal(causal).attnType(kernel).build());
          TestTensors.requireSameBits(dtype.label(), zeros, result.out());
        }
      }
    }
  }

  private static void requireLikeOracle(Tensor q, Tensor k, Tensor v, AttnType kernel) {
    for (boolean causal : new boolean[] {false, true}) {
      AttentionOptions options =
          AttentionOptions.builder()
              .causal(causal)
              .sharding(Sharding.ZIGZAG)
              .attnType(kernel)
              .build();
      OracleCheck check = new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, v));
      for (RingFlashAttention ring : rings) {
        check.require(ring.group().size() + " devices", ring.forward(q, k, v, options));
      }
    }
  }

  private static Tensor normal(long seed) {
    return normal(seed, 1, 130, 2, 8);
  }

  private static Tensor normal(long seed, long... shape) {
    return TestTensors.normal(DType.FP32, seed, shape);
  }
}
