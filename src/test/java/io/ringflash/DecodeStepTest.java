package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One or a few queries at the end of many keys, which the CPU's kernel reads where they lie. */
class DecodeStepTest {
  private static final int KEYS = 1500;

  @ParameterizedTest
  @CsvSource({
    "FP32,1,1500,8,2,64",
    "FP32,1,1500,3,3,72",
    "FP16,2,1500,8,2,128",
    "BF16,4,1500,6,3,48",
    "FP32,1,1500,64,8,200",
    "BF16,1,1500,110,110,8",
    "BF16,2,1500,8,2,128",
    "BF16,1,1500,208,26,64",
    "FP32,1,1500,48,3,128",
    "FP16,13,1500,1,1,64",
    "BF16,5,1500,9,3,72",
    "FP32,16,4200,4,1,64",
    "FP16,1,4200,50,1,128",
    "BF16,21,4200,6,2,40"
  })
  void isExact(DType dtype, int queries, int keys, int heads, int kvHeads, int headDim) {
    Tensor q = TestTensors.normal(dtype, 1, 2, queries, heads, headDim);
    Tensor k = TestTensors.normal(dtype, 2, 2, keys, kvHeads, headDim);
    Tensor v = TestTensors.normal(dtype, 3, 2, keys, kvHeads, headDim);
    AttentionOptions options = AttentionOptions.builder().causal(true).build();
    OracleCheck check = new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, v));
    for (int devices : new int[] {1, 3}) {
      try (RingFlashAttention ring = Rings.of(devices)) {
        check.require(devices + " devices", ring.forward(q, k, v, options));
      }
    }
  }

  /** Heads lie side by side in one of the two, and apart in the other. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void keysAndValuesMayBeLaidOutDifferently(DType dtype) {
    Tensor q = TestTensors.normal(dtype, 1, 1, 1, 8, 128);
    Tensor k = TestTensors.normal(dtype, 2, 1, KEYS, 2, 128);
    Tensor v = TestTensors.normal(dtype, 3, 1, KEYS, 2, 128);
    Tensor apartK = TestTensors.normal(dtype, 4, 1, 2, KEYS, 128).transpose(1, 2);
    Tensor apartV = TestTensors.normal(dtype, 5, 1, 2, KEYS, 128).transpose(1, 2);
    AttentionOptions options = AttentionOptions.builder().build();
    try (RingFlashAttention ring = Rings.of(1)) {
      new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, apartV))
          .require("values apart", ring.forward(q, k, apartV, options));
      new OracleCheck(options.problem(q, apartK), new AttentionInputs(q, apartK, v))
          .require("keys apart", ring.forward(q, apartK, v, options));
    }
  }

  /** Threads finish stretches of keys in any order, but merge them in one. */
  @Test
  void hasTheSameBitsForAnyNumberOfThreadsAndDevices() {
    Tensor q = TestTensors.normal(DType.FP32, 1, 1, 1, 8, 64);
    Tensor k = TestTensors.normal(DType.FP32, 2, 1, KEYS, 2, 64);
    Tensor v = TestTensors.normal(DType.FP32, 3, 1, KEYS, 2, 64);
    AttentionOptions options = AttentionOptions.builder().deterministic(true).build();
    float[] expected = null;
    for (int[] ring : new int[][] {{1, 1}, {1, 4}, {3, 3}}) {
      try (RingFlashAttention attention = Rings.of(ring[0], ring[1])) {
        float[] actual = TestTensors.values(attention.forward(q, k, v, options).out());
        expected = expected == null ? actual : expected;
        assertThat(actual).containsExactly(expected);
      }
    }
  }

  /** What is not finite reaches the rows that see it, and no others; heads are padded or not. */
  @ParameterizedTest
  @CsvSource({"FP32,16", "FP16,16", "BF16,16", "FP32,128", "FP16,128", "BF16,128"})
  void nonFiniteElementsGoWhereTheyBelong(DType dtype, int headDim) {
    AttentionOptions options = AttentionOptions.builder().window(700, 0).build();
    for (float element : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (int key : new int[] {0, 900, KEYS - 1}) {
        Tensor q = TestTensors.normal(dtype, 1, 1, 4, 2, headDim);
        Tensor k = TestTensors.normal(dtype, 2, 1, KEYS, 2, headDim);
        Tensor v = TestTensors.normal(dtype, 3, 1, KEYS, 2, headDim);
        k.set(element, 0, key, 0, 3);
        v.set(element, 0, key, 1, 5);
        OracleCheck check = new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, v));
        try (RingFlashAttention ring = Rings.of(2)) {
          check.require(element + " at key " + key, ring.forward(q, k, v, options));
        }
      }
    }
  }

  /** FP16's largest queries, enlarged by the scale, and keys that are subnormal in it. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void largeQueriesMeetSmallKeys(DType dtype) {
    Tensor q = multiplied(TestTensors.normal(dtype, 1, 1, 1, 8, 64), 10_000);
    Tensor k = multiplied(TestTensors.normal(dtype, 2, 1, KEYS, 2, 64), 0x1p-21f);
    Tensor v = TestTensors.normal(dtype, 3, 1, KEYS, 2, 64);
    AttentionOptions options = AttentionOptions.builder().softmaxScale(16).build();
    OracleCheck check = new OracleCheck(options.problem(q, k), new AttentionInputs(q, k, v));
    try (RingFlashAttention ring = Rings.of(1)) {
      check.require("1 device", ring.forward(q, k, v, options));
    }
  }

  private static Tensor multiplied(Tensor tensor, float factor) {
    for (long token = 0; token < tensor.dim(1); token++) {
      for (long head = 0; head < tensor.dim(2); head++) {
        for (long d = 0; d < tensor.dim(3); d++) {
          tensor.set(tensor.get(0, token, head, d) * factor, 0, token, head, d);
        }
      }
    }
    return tensor;
  }
}
