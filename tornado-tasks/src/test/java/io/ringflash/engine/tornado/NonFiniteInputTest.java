package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.attention.Oracle;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NaN and infinities in an input reach exactly the outputs that depend on them. */
class NonFiniteInputTest {
  private static final int SEQ_LEN = 150;

  private static final String DEVICES = System.getProperty("ringflash.test.devices", "opencl:0");

  @ParameterizedTest
  @CsvSource({
    "64, AUTO, 0, FP32",
    "64, AUTO, 0.5, FP32",
    "40, TILED, 0, FP32",
    "40, TILED, 0.5, FP32",
    "100, AUTO, 0, FP32",
    "100, AUTO, 0.5, FP32",
    "64, AUTO, 0, BF16",
    "104, AUTO, 0, FP16"
  })
  void reachWhatDependsOnThem(int headDim, AttnType attnType, float dropout, DType dtype) {
    AttentionShape shape = new AttentionShape(1, SEQ_LEN, SEQ_LEN, 2, 1, headDim);
    AttentionProblem problem =
        new AttentionProblem(
            shape,
            dtype,
            new AttentionMask(true, 100, -1),
            AttentionProblem.defaultScale(headDim),
            0,
            Alibi.NONE,
            new Dropout(dropout, 3));
    AttentionOptions options =
        AttentionOptions.builder()
            .causal(true)
            .window(100, -1)
            .dropout(dropout, 3)
            .attnType(attnType)
            .build();
    try (Arena arena = Arena.ofShared();
        RingFlashAttention attention = RingFlashAttention.on(DEVICES)) {
      Random random = new Random(1);
      Tensor q = random(arena, random, dtype, shape.queryShape());
      Tensor k = random(arena, random, dtype, shape.keyShape());
      Tensor v = random(arena, random, dtype, shape.keyShape());
      v.set(Float.NaN, 0, 3, 0, 1);
      v.set(Float.POSITIVE_INFINITY, 0, 70, 0, headDim - 1);
      v.set(Float.NEGATIVE_INFINITY, 0, 149, 0, 0);
      k.set(Float.NaN, 0, 120, 0, 2);
      q.set(Float.NaN, 0, 20, 1, 0);
      Oracle oracle = new Oracle(problem, new AttentionInputs(q, k, v));
      requireSame(oracle, problem, attention.forward(q, k, v, options));
    }
  }

  private static void requireSame(Oracle oracle, AttentionProblem problem, AttentionResult result) {
    AttentionShape shape = problem.shape();
    double[] expected = new double[shape.headDim()];
    for (int head = 0; head < shape.heads(); head++) {
      for (int i = 0; i < SEQ_LEN; i++) {
        double lse = oracle.row(0, head, i, expected);
        requireSame(
            "lse %d of head %d".formatted(i, head),
            lse,
            result.lse().orElseThrow().get(0, head, i),
            tolerance(DType.FP32));
        for (int d = 0; d < expected.length; d++) {
          requireSame(
              "out %d of query %d, head %d".formatted(d, i, head),
              expected[d],
              result.out().get(0, i, head, d),
              tolerance(problem.dtype()));
        }
      }
    }
  }

  private static void requireSame(String name, double expected, float actual, double tolerance) {
    if (Double.isFinite(expected)) {
      assertThat(Math.abs(expected - actual)).as(name).isLessThan(tolerance);
    } else {
      assertThat(Double.valueOf(actual)).as(name).isEqualTo(Double.valueOf(expected));
    }
  }

  /** Of numbers around 1. */
  private static double tolerance(DType dtype) {
    return switch (dtype) {
      case FP32 -> 1e-5;
      case FP16 -> 5e-3;
      case BF16 -> 4e-2;
    };
  }

  private static Tensor random(Arena arena, Random random, DType dtype, long[] shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }
}
