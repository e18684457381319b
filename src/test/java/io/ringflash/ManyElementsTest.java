package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * K and V of more elements than an int counts. Nearly all of them are zeros that nobody wrote, so
 * that the system keeps one page for all.
 */
@Tag("soak")
class ManyElementsTest {
  private static final int HEAD_DIM = 64;
  private static final long KEYS = (1L << 31) / HEAD_DIM + 1000;

  @Test
  void theLastKeyCounts() {
    for (int devices : new int[] {1, 3}) {
      try (Arena arena = Arena.ofShared();
          RingFlashAttention ring = Rings.of(devices)) {
        Tensor q = TestTensors.filled(DType.FP16, 1, 1, 1, 1, HEAD_DIM);
        Tensor k = Tensor.allocate(arena, DType.FP16, 1, KEYS, 1, HEAD_DIM);
        Tensor v = Tensor.allocate(arena, DType.FP16, 1, KEYS, 1, HEAD_DIM);
        assertThat(k.size()).isGreaterThan(1L << 31);
        AttentionOptions options =
            AttentionOptions.builder().sharding(Sharding.ZIGZAG).deterministic(true).build();

        AttentionResult even = ring.forward(arena, q, k, v, options);
        // All keys weigh the same.
        assertThat(even.lse().orElseThrow().get(0, 0, 0))
            .isCloseTo((float) Math.log(KEYS), offset(1e-4f));

        v.set(7, 0, KEYS - 1, 0, 5);
        for (int d = 0; d < HEAD_DIM; d++) {
          k.set(8, 0, KEYS - 1, 0, d);
        }
        AttentionResult last = ring.forward(arena, q, k, v, options);
        // A score of 64 outweighs the zeros of 2^25 others.
        assertThat(last.out().get(0, 0, 0, 5)).isEqualTo(7);
        assertThat(last.out().get(0, 0, 0, 6)).isZero();
        assertThat(last.lse().orElseThrow().get(0, 0, 0)).isCloseTo(64, offset(1e-4f));
      }
    }
  }
}
