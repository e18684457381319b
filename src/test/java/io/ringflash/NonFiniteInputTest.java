package io.ringflash;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One NaN or infinity in an input reaches exactly the outputs that depend on it, on every ring and
 * kernel. The queries sit at the last positions: some keys are seen by all, some by a few, and
 * under a window the first ones by none.
 */
class NonFiniteInputTest {
  private static final AttentionShape SHAPE = new AttentionShape(1, 40, 140, 4, 2, 5);
  private static final List<AttnType> KERNELS = CpuKernels.all();
  private static final List<Ring> RINGS =
      List.of(
          new Ring(Rings.of(1), Sharding.CONTIGUOUS),
          new Ring(Rings.of(3), Sharding.ZIGZAG),
          new Ring(Rings.of(4), Sharding.STRIPED));

  private record Ring(RingFlashAttention attention, Sharding sharding) {}

  /** Where the value stands: in q, k or v, at a token. */
  private enum Place {
    FIRST_QUERY,
    SOME_QUERY,
    FIRST_KEY,
    SOME_KEY,
    LAST_KEY,
    FIRST_VALUE,
    SOME_VALUE,
    LAST_VALUE;

    void put(float value, Tensor q, Tensor k, Tensor v) {
      switch (this) {
        case FIRST_QUERY -> q.set(value, 0, 0, 1, 2);
        case SOME_QUERY -> q.set(value, 0, 22, 1, 0);
        case FIRST_KEY -> k.set(value, 0, 0, 1, 4);
        case SOME_KEY -> k.set(value, 0, 70, 0, 1);
        case LAST_KEY -> k.set(value, 0, 139, 0, 1);
        case FIRST_VALUE -> v.set(value, 0, 0, 0, 3);
        case SOME_VALUE -> v.set(value, 0, 70, 1, 0);
        case LAST_VALUE -> v.set(value, 0, 139, 1, 4);
      }
    }
  }

  private record Mask(String name, AttentionOptions.Builder options) {
    @Override
    public String toString() {
      return name;
    }
  }

  record Case(DType dtype, Mask mask) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (DType dtype : DType.values()) {
      cases.add(new Case(dtype, new Mask("full", AttentionOptions.builder())));
      cases.add(new Case(dtype, new Mask("causal", AttentionOptions.builder().causal(true))));
      cases.add(new Case(dtype, new Mask("window", AttentionOptions.builder().window(20, 3))));
    }
    AttentionOptions.Builder softcap = AttentionOptions.builder().causal(true).softcap(2);
    cases.add(new Case(DType.FP32, new Mask("causal, softcap", softcap)));
    AttentionOptions.Builder dropout = AttentionOptions.builder().dropout(0.4f, 17);
    cases.add(new Case(DType.FP32, new Mask("full, dropout", dropout)));
    AttentionOptions.Builder both = AttentionOptions.builder().window(90, 9).dropout(0.4f, 17);
    cases.add(new Case(DType.FP32, new Mask("window, dropout", both)));
    return cases.stream();
  }

  @AfterAll
  static void close() {
    RINGS.forEach(ring -> ring.attention().close());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void reachesWhatDependsOnIt(Case test) {
    float infinity = Float.POSITIVE_INFINITY;
    for (float value : new float[] {Float.NaN, infinity, -infinity}) {
      for (Place place : Place.values()) {
        Tensor q = TestTensors.normal(test.dtype(), 1, SHAPE.queryShape());
        Tensor k = TestTensors.normal(test.dtype(), 2, SHAPE.keyShape());
        Tensor v = TestTensors.normal(test.dtype(), 3, SHAPE.keyShape());
        place.put(value, q, k, v);
        requireLikeOracle("%s in %s".formatted(value, place), q, k, v, test.mask().options());
      }
    }
  }

  /** A whole block of NaN scores, hidden from all or seen before any other. */
  @Test
  void keysThatAreNanAltogether() {
    for (long start : new long[] {0, 70, 128}) {
      Tensor q = TestTensors.normal(DType.FP32, 1, SHAPE.queryShape());
      Tensor k = TestTensors.normal(DType.FP32, 2, SHAPE.keyShape());
      Tensor v = TestTensors.normal(DType.FP32, 3, SHAPE.keyShape());
      for (long key = start; key < Math.min(SHAPE.seqLenK(), start + 30); key++) {
        k.set(Float.NaN, 0, key, 0, 0);
        v.set(Float.NaN, 0, key, 1, 2);
      }
      String name = "NaN from key " + start;
      requireLikeOracle(name, q, k, v, AttentionOptions.builder());
      requireLikeOracle(name, q, k, v, AttentionOptions.builder().causal(true));
      requireLikeOracle(name, q, k, v, AttentionOptions.builder().window(4, 4));
    }
  }

  /** Weights far below the smallest FP32 number still carry an infinity, dropout or not. */
  @Test
  void weightsThatVanish() {
    Tensor q = TestTensors.filled(DType.FP32, 1, SHAPE.queryShape());
    Tensor k = TestTensors.filled(DType.FP32, 1, SHAPE.keyShape());
    Tensor v = TestTensors.normal(DType.FP32, 3, SHAPE.keyShape());
    for (int d = 0; d < SHAPE.headDim(); d++) {
      k.set(-60, 0, 70, 0, d);
    }
    v.set(Float.NaN, 0, 70, 0, 3);
    requireLikeOracle("vanishing", q, k, v, AttentionOptions.builder());
    requireLikeOracle("vanishing, causal", q, k, v, AttentionOptions.builder().causal(true));
    requireLikeOracle("vanishing, dropout", q, k, v, AttentionOptions.builder().dropout(0.4f, 1));
  }

  private static void requireLikeOracle(
      String name, Tensor q, Tensor k, Tensor v, AttentionOptions.Builder options) {
    OracleCheck check =
        new OracleCheck(options.build().problem(q, k), new AttentionInputs(q, k, v));
    for (AttnType kernel : KERNELS) {
      for (Ring ring : RINGS) {
        options.attnType(kernel).sharding(ring.sharding());
        AttentionResult result = ring.attention().forward(q, k, v, options.build());
        check.require("%s, %s, %s".formatted(name, kernel, ring.sharding()), result);
      }
    }
  }
}
