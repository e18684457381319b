package io.ringflash.benchmark;

import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Rings on the same problems: whole calls in turns, so that all see the same machine; each case is
 * verified first.
 */
final class RingTurns implements AutoCloseable {
  private static final int HEADS = 4;

  /**
   * After so many, HotSpot has compiled what surrounds the kernels, which long calls seldom run.
   */
  private static final int SMALL_CALLS = 10_000;

  private static final AttentionShape SMALL = new AttentionShape(1, 64, 64, 1, 1, 64);
  private static final int WARM_UP = 10;

  private final List<RingFlashAttention> rings = new ArrayList<>();
  private final int turns;

  private RingTurns(int turns) {
    this.turns = turns;
  }

  /**
   * Prints a line per case: the first ring's median in milliseconds, and the median of the calls'
   * ratios to it for each of the others.
   *
   * @param arguments {@code --rings}, turns, and rings such as {@code cpu:0} and {@code
   *     cpu:0,cpu:1}
   */
  public static void main(String[] arguments) {
    List<String> names = List.of(arguments).subList(2, arguments.length);
    try (RingTurns benchmark = new RingTurns(Integer.parseInt(arguments[1]))) {
      for (String name : names) {
        benchmark.rings.add(RingFlashAttention.on(name));
      }
      System.out.printf("%-34s %s%n", "case", String.join("  ", names));
      benchmark.callOften();
      for (int headDim : new int[] {64, 128}) {
        for (int tokens : new int[] {2048, 4096}) {
          benchmark.compare(tokens, headDim);
        }
      }
    }
  }

  private void callOften() {
    try (AttentionCase small = new AttentionCase(SMALL, DType.FP32, false)) {
      for (int call = 0; call < SMALL_CALLS; call++) {
        rings.forEach(small::call);
      }
    }
  }

  private void compare(int tokens, int headDim) {
    AttentionShape shape = new AttentionShape(1, tokens, tokens, HEADS, HEADS, headDim);
    double[][] millis = new double[rings.size()][turns];
    try (AttentionCase problem = new AttentionCase(shape, DType.FP32, false)) {
      rings.forEach(problem::requireRight);
      for (int turn = -WARM_UP; turn < turns; turn++) {
        for (int ring = 0; ring < rings.size(); ring++) {
          double time = problem.millis(rings.get(ring));
          if (turn >= 0) {
            millis[ring][turn] = time;
          }
        }
      }
    }
    String name = "H %d D %d S %d full".formatted(HEADS, headDim, tokens);
    StringBuilder line = new StringBuilder("%-34s %8.1f ms".formatted(name, Medians.of(millis[0])));
    for (double[] times : List.of(millis).subList(1, millis.length)) {
      line.append(" %6.3f".formatted(Medians.ofRatios(times, millis[0])));
    }
    System.out.println(line);
  }

  @Override
  public void close() {
    rings.forEach(RingFlashAttention::close);
  }
}
