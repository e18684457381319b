package io.ringflash;

import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packed tensors are views: they give the bits that separate tensors give. */
class PackedFormsTest {
  @ParameterizedTest
  @CsvSource({"FP32,VECTOR", "FP16,VECTOR", "BF16,VECTOR", "FP32,SCALAR", "BF16,REFERENCE"})
  void giveTheSameBits(DType dtype, AttnType kernel) {
    Tensor q = TestTensors.normal(dtype, 1, 2, 150, 4, 24);
    Tensor kv = TestTensors.normal(dtype, 2, 2, 170, 2, 2, 24);
    Tensor qkv = TestTensors.normal(dtype, 3, 2, 150, 3, 4, 24);
    AttentionOptions options =
        AttentionOptions.builder().causal(true).attnType(kernel).sharding(Sharding.ZIGZAG).build();
    try (RingFlashAttention ring = Rings.of(3)) {
      TestTensors.requireSameBits(
          "kv",
          ring.forward(q, part(kv, 0), part(kv, 1), options),
          ring.forwardKvPacked(q, kv, options));
      TestTensors.requireSameBits(
          "qkv",
          ring.forward(part(qkv, 0), part(qkv, 1), part(qkv, 2), options),
          ring.forwardQkvPacked(qkv, options));
    }
  }

  private static Tensor part(Tensor packed, int part) {
    return TestTensors.copy(packed.select(2, part));
  }
}
