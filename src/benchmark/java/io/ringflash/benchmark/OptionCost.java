package io.ringflash.benchmark;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.Arrays;
import java.util.List;

/**
 * What the same bits on every ring cost: whole calls in canonical and in free order, in turns, so
 * that both see the same machine; each case is verified first.
 */
final class DeterministicCost {
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 64;
  private static final int WARM_UP = 3;

  private DeterministicCost() {}

  /**
   * Prints a line per ring and mask: medians in milliseconds, and the median of the turns' ratios.
   *
   * @param arguments tokens, turns, and rings such as {@code cpu:0,cpu:1}
   */
  public static void main(String[] arguments) {
    int tokens = Integer.parseInt(arguments[0]);
    int turns = Integer.parseInt(arguments[1]);
    System.out.printf("%-30s %-7s %9s %9s %7s%n", "ring", "mask", "free", "canonical", "ratio");
    for (String ring : List.of(arguments).subList(2, arguments.length)) {
      try (RingFlashAttention attention = RingFlashAttention.on(ring)) {
        for (boolean causal : new boolean[] {false, true}) {
          compare(ring, attention, tokens, turns, causal);
        }
      }
    }
  }

  private static void compare(
      String ring, RingFlashAttention attention, int tokens, int turns, boolean causal) {
    try (AttentionCase free = prepare(attention, tokens, causal, false);
        AttentionCase canonical = prepare(attention, tokens, causal, true)) {
      double[] freeMillis = new double[turns];
      double[] canonicalMillis = new double[turns];
      double[] ratios = new double[turns];
      for (int i = -WARM_UP; i < turns; i++) {
        double first = free.millis(attention);
        double second = canonical.millis(attention);
        if (i >= 0) {
          freeMillis[i] = first;
          canonicalMillis[i] = second;
          ratios[i] = second / first;
        }
      }
      System.out.printf(
          "%-30s %-7s %9.1f %9.1f %7.3f%n",
          ring,
          causal ? "causal" : "full",
          median(freeMillis),
          median(canonicalMillis),
          median(ratios));
    }
  }

  private static AttentionCase prepare(
      RingFlashAttention attention, int tokens, boolean causal, boolean deterministic) {
    AttentionOptions options =
        AttentionOptions.builder()
            .causal(causal)
            .deterministic(deterministic)
            .sharding(Sharding.ZIGZAG)
            .build();
    AttentionCase prepared =
        new AttentionCase(
            new AttentionShape(1, tokens, tokens, HEADS, HEADS, HEAD_DIM), DType.FP32, options);
    if (!prepared.isRight(attention)) {
      throw new IllegalStateException("the result is wrong");
    }
    return prepared;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
