package io.ringflash.benchmark;

import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * What storing in 16 bits costs: whole calls of FP32, FP16 and BF16 in turns, so that all see the
 * same machine, in loops that have met all three; each case is verified first.
 */
final class StorageTypes {
  private static final int HEADS = 4;
  private static final int WARM_UP = 3;

  /** A decode step takes a small part of another case's time, and is compiled after as many. */
  private static final int DECODE_STEPS = 20;

  private static final List<DType> TYPES = List.of(DType.FP32, DType.FP16, DType.BF16);

  private final RingFlashAttention attention;
  private final int turns;

  private StorageTypes(RingFlashAttention attention, int turns) {
    this.attention = attention;
    this.turns = turns;
  }

  /**
   * Prints a line per case: FP32's median in milliseconds, and the median of the calls' ratios to
   * it for the others.
   *
   * @param arguments {@code --storage-types}, turns, and a ring such as {@code cpu:0}
   */
  public static void main(String[] arguments) {
    System.out.printf("%-34s %8s %6s %6s%n", "case", "FP32 ms", "FP16", "BF16");
    try (RingFlashAttention attention = RingFlashAttention.on(arguments[2])) {
      StorageTypes types = new StorageTypes(attention, Integer.parseInt(arguments[1]));
      for (int headDim : new int[] {64, 128}) {
        for (int tokens : new int[] {2048, 4096}) {
          AttentionShape shape = new AttentionShape(1, tokens, tokens, HEADS, HEADS, headDim);
          types.compare("H 4 D %d S %d full".formatted(headDim, tokens), shape, false, 1);
          types.compare("H 4 D %d S %d causal".formatted(headDim, tokens), shape, true, 1);
        }
      }
      types.compare("H 32 of 8 D 128 S 1 of 32768", DecodeSteps.STEP, false, DECODE_STEPS);
    }
  }

  private void compare(String name, AttentionShape shape, boolean causal, int callsPerTurn) {
    int calls = turns * callsPerTurn;
    double[][] millis = new double[TYPES.size()][calls];
    List<AttentionCase> cases = new ArrayList<>();
    try {
      for (DType type : TYPES) {
        cases.add(new AttentionCase(shape, type, causal).requireRight(attention));
      }
      for (int call = -WARM_UP * callsPerTurn; call < calls; call++) {
        for (int type = 0; type < TYPES.size(); type++) {
          double time = cases.get(type).millis(attention);
          if (call >= 0) {
            millis[type][call] = time;
          }
        }
      }
    } finally {
      cases.forEach(AttentionCase::close);
    }
    System.out.printf(
        "%-34s %8.1f %6.3f %6.3f%n",
        name,
        Medians.of(millis[0]),
        Medians.ofRatios(millis[1], millis[0]),
        Medians.ofRatios(millis[2], millis[0]));
  }
}
