package io.ringflash.benchmark;

import com.sun.management.OperatingSystemMXBean;
import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * What an option costs: whole calls with it and without, in turns, so that both see the same
 * machine; each case is verified first.
 */
final class OptionCost {
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 64;
  private static final int WARM_UP = 3;

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final String option;
  private final long tokens;
  private final int turns;

  private OptionCost(String option, long tokens, int turns) {
    this.option = option;
    this.tokens = tokens;
    this.turns = turns;
  }

  /**
   * Prints a line per ring and mask: medians of a call's time in milliseconds and the median of the
   * turns' ratios, then means of what all processors spent on a call, which the system counts in
   * steps of 10 ms, and their ratio.
   *
   * @param arguments {@code --deterministic} or {@code --check-blocks}, tokens, turns, and rings
   *     such as {@code cpu:0,cpu:1}
   */
  public static void main(String[] arguments) {
    OptionCost cost =
        new OptionCost(arguments[0], Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
    System.out.printf(
        "%-30s %-7s %9s %9s %7s %9s %9s %7s%n",
        "ring", "mask", "without", "with", "ratio", "CPU", "with", "ratio");
    for (String ring : List.of(arguments).subList(3, arguments.length)) {
      try (RingFlashAttention attention = RingFlashAttention.on(ring)) {
        for (boolean causal : new boolean[] {false, true}) {
          cost.compare(ring, attention, causal);
        }
      }
    }
  }

  /** Times of one side, by turn. */
  private record Times(double[] wall, double[] processors) {
    static Times of(int turns) {
      return new Times(new double[turns], new double[turns]);
    }

    void measure(int turn, AttentionCase side, RingFlashAttention attention) {
      long before = SYSTEM.getProcessCpuTime();
      double millis = side.millis(attention);
      double processorMillis = (SYSTEM.getProcessCpuTime() - before) * 1e-6;
      if (turn >= 0) {
        wall[turn] = millis;
        processors[turn] = processorMillis;
      }
    }
  }

  private void compare(String ring, RingFlashAttention attention, boolean causal) {
    Times without = Times.of(turns);
    Times with = Times.of(turns);
    try (AttentionCase off = prepare(attention, causal, false);
        AttentionCase on = prepare(attention, causal, true)) {
      for (int turn = -WARM_UP; turn < turns; turn++) {
        without.measure(turn, off, attention);
        with.measure(turn, on, attention);
      }
    }
    System.out.printf(
        "%-30s %-7s %s %s%n",
        ring,
        causal ? "causal" : "full",
        medians(without.wall(), with.wall()),
        means(without.processors(), with.processors()));
  }

  private AttentionCase prepare(RingFlashAttention attention, boolean causal, boolean on) {
    AttentionOptions.Builder options =
        AttentionOptions.builder().causal(causal).sharding(Sharding.ZIGZAG);
    switch (option) {
      case "--deterministic" -> options.deterministic(on);
      case "--check-blocks" -> options.checkBlocks(on);
      default ->
          throw new IllegalArgumentException(
              "option should be --deterministic or --check-blocks but got " + option);
    }
    return new AttentionCase(
            new AttentionShape(1, tokens, tokens, HEADS, HEADS, HEAD_DIM),
            DType.FP32,
            options.build())
        .requireRight(attention);
  }

  private static String means(double[] without, double[] with) {
    double first = Arrays.stream(without).average().orElseThrow();
    double second = Arrays.stream(with).average().orElseThrow();
    return "%9.1f %9.1f %7.3f".formatted(first, second, second / first);
  }

  private static String medians(double[] without, double[] with) {
    return "%9.1f %9.1f %7.3f"
        .formatted(Medians.of(without), Medians.of(with), Medians.ofRatios(with, without));
  }
}
