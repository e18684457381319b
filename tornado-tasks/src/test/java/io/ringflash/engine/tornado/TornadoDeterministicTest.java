package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same bits on every ring of up to three of the test's devices. */
class TornadoDeterministicTest {
  private static final List<String> DEVICES =
      List.of(System.getProperty("ringflash.test.devices", "opencl:0").split(","));
  private static final int MAX_DEVICES = 3;
  private static final int REPEATS = 2;

  /** Longer than several canonical tiles, and no multiple of one. */
  private static final int SEQ_LEN = 1100;

  @ParameterizedTest
  @CsvSource({
    "FP32, 64, AUTO",
    "FP32, 128, AUTO",
    "FP32, 40, TILED",
    "FP16, 64, AUTO",
    "BF16, 40, TILED"
  })
  void everyRingGivesTheSameBits(DType dtype, int headDim, AttnType attnType) {
    try (Arena arena = Arena.ofShared()) {
      Tensor q = random(arena, dtype, 1, new long[] {1, SEQ_LEN, 2, headDim});
      Tensor k = random(arena, dtype, 2, new long[] {1, SEQ_LEN, 1, headDim});
      AttentionOptions.Builder options =
          AttentionOptions.builder().causal(true).deterministic(true).attnType(attnType);
      AttentionResult expected = null;
      for (int devices = 1; devices <= Math.min(MAX_DEVICES, DEVICES.size()); devices++) {
        try (RingFlashAttention ring =
            RingFlashAttention.on(String.join(",", DEVICES.subList(0, devices)))) {
          options.deviceSpeeds(IntStream.rangeClosed(1, devices).asDoubleStream().toArray());
          for (Sharding sharding : Sharding.values()) {
            for (int repeat = 0; repeat < REPEATS; repeat++) {
              AttentionResult actual = ring.forward(q, k, k, options.sharding(sharding).build());
              requireSameBits("%d devices, %s".formatted(devices, sharding), expected, actual);
              expected = expected == null ? actual : expected;
            }
          }
        }
      }
    }
  }

  private static void requireSameBits(
      String name, @Nullable AttentionResult expected, AttentionResult actual) {
    if (expected != null) {
      assertThat(firstDifference(expected.out(), actual.out())).as(name + ", out").isEqualTo(-1);
      assertThat(firstDifference(expected.lse().orElseThrow(), actual.lse().orElseThrow()))
          .as(name + ", lse")
          .isEqualTo(-1);
    }
  }

  /** Offset of the first byte that differs, −1 if none does. */
  private static long firstDifference(Tensor expected, Tensor actual) {
    return expected.data().mismatch(actual.data());
  }

  private static Tensor random(Arena arena, DType dtype, long seed, long[] shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    Random random = new Random(seed);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }
}
