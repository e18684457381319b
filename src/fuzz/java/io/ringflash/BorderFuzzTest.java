package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ringflash.attention.Alibi;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of any shape and stride, and options of any value: either attention is computed, or one
 * {@link IllegalArgumentException} says in one line what should be otherwise.
 */
class BorderFuzzTest {
  private static final MemorySegment MEMORY = Arena.global().allocate(1 << 12, 64);
  private static final RingFlashAttention RING = Rings.of(1, 1);

  /** Larger problems are only checked. */
  private static final long MOST_ELEMENTS = 64;

  /** So are most of the smaller ones: computing takes a hundred times as long. */
  private static final int CHECKED_PER_COMPUTED = 63;

  @FuzzTest
  void isComputedOrRefused(FuzzedDataProvider data) {
    try {
      DType dtype = data.pickValue(DType.values());
      Tensor q = tensor(data, dtype);
      Tensor k = data.consumeBoolean() ? q : tensor(data, dtype);
      Tensor v = data.consumeBoolean() ? k : tensor(data, data.pickValue(DType.values()));
      AttentionOptions options = options(data, dtype);
      check(q, k, v, options);
      if (small(q) && small(k) && data.consumeInt(0, CHECKED_PER_COMPUTED) == 0) {
        assertThat(RING.forward(q, k, v, options).out().shape()).isEqualTo(q.shape());
      }
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message.lines().count() == 1 && message.contains(" but got "))
          .as(message)
          .isTrue();
    }
  }

  /** What a call looks at before it allocates anything. */
  private static void check(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
    long queries = BorderChecks.queryLength("q", q);
    long keys = BorderChecks.keyLength("k", k);
    Run run = new Run(RING.ring(), options, Arena.global(), q, queries, k, keys);
    BorderChecks.requireKeysAndValues("k", k, "v", v, run.problem());
  }

  private static boolean small(@Nullable Tensor tensor) {
    return tensor == null || tensor.size() <= MOST_ELEMENTS;
  }

  /** Mostly of four dimensions, mostly small, and mostly in memory. */
  private static Tensor tensor(FuzzedDataProvider data, DType dtype) {
    int rank = data.consumeBoolean() ? 4 : data.consumeInt(0, 6);
    long[] shape = new long[rank];
    long[] strides = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = size(data);
      strides[i] = size(data);
    }
    return data.consumeBoolean()
        ? Tensor.of(MEMORY, dtype, shape)
        : Tensor.of(MEMORY, dtype, shape, strides);
  }

  private static long size(FuzzedDataProvider data) {
    return data.consumeInt(0, 7) > 0 ? data.consumeInt(0, 9) : data.consumeLong();
  }

  private static AttentionOptions options(FuzzedDataProvider data, DType dtype) {
    AttentionOptions.Builder options = AttentionOptions.builder();
    if (data.consumeBoolean()) {
      options.causal(data.consumeBoolean()).window(data.consumeLong(), data.consumeLong());
    }
    if (data.consumeBoolean()) {
      options.softcap(data.consumeFloat()).softmaxScale(data.consumeFloat());
    }
    if (data.consumeBoolean()) {
      options.dropout(data.consumeFloat(), data.consumeLong());
    }
    if (data.consumeBoolean()) {
      options.alibi(alibi(data));
    }
    if (data.consumeBoolean()) {
      options
          .sharding(data.pickValue(Sharding.values()))
          .deviceSpeeds(new double[] {data.consumeDouble()})
          .deterministic(data.consumeBoolean())
          .attnType(data.pickValue(AttnType.values()))
          .returnLse(data.consumeBoolean());
    }
    if (data.consumeBoolean()) {
      Tensor key = tensor(data, dtype);
      Tensor query = data.consumeBoolean() ? null : tensor(data, dtype);
      Tensor value = data.consumeBoolean() ? key : tensor(data, dtype);
      if (small(query) && small(key) && small(value)) {
        options.joint(query, key, value, JointStrategy.FRONT);
      }
    }
    return options.build();
  }

  private static Alibi alibi(FuzzedDataProvider data) {
    float[][] slopes = new float[data.consumeInt(0, 3)][data.consumeInt(0, 9)];
    for (float[] row : slopes) {
      for (int h = 0; h < row.length; h++) {
        row[h] = data.consumeFloat();
      }
    }
    return slopes.length == 1 ? Alibi.perHead(slopes[0]) : Alibi.perBatchAndHead(slopes);
  }
}
