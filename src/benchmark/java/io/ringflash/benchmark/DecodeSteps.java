package io.ringflash.benchmark;

import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.tensor.DType;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * A decode step, one query of 32 heads on the keys of 8, and a plain read of as many bytes as its
 * keys and values have, in turns, so that both see the same machine.
 */
final class DecodeSteps {
  static final AttentionShape STEP = new AttentionShape(1, 1, 32_768, 32, 8, 128);

  /**
   * Steps of a generation before, on few keys: it has compiled what a step runs once, when it comes
   * to many.
   */
  private static final int GENERATED = 4000;

  private static final AttentionShape SHORT_STEP = new AttentionShape(1, 1, 256, 32, 8, 128);

  private static final int WARM_UP = 150;

  /** Steps, or reads, one after the other: a step's data are in no cache after it, nor a read's. */
  private static final int PER_TURN = 4;

  private final RingFlashAttention attention;
  private final int turns;

  private DecodeSteps(RingFlashAttention attention, int turns) {
    this.attention = attention;
    this.turns = turns;
  }

  /**
   * Prints a line per storage type: tenth percentiles of a step's and of a read's time in
   * milliseconds and their ratio, the part of the read's pace that a step reaches; then medians.
   *
   * @param arguments {@code --decode}, turns, and a ring such as {@code cpu:0}
   */
  public static void main(String[] arguments) {
    System.out.printf(
        "%-5s %9s %9s %6s %9s %9s %6s%n",
        "type", "step p10", "read p10", "pace", "median", "median", "pace");
    try (RingFlashAttention attention = RingFlashAttention.on(arguments[2])) {
      DecodeSteps steps = new DecodeSteps(attention, Integer.parseInt(arguments[1]));
      for (DType type : DType.values()) {
        steps.generate(type);
      }
      for (DType type : DType.values()) {
        steps.measure(type);
      }
    }
  }

  private void generate(DType type) {
    try (AttentionCase step = new AttentionCase(SHORT_STEP, type, false)) {
      for (int i = 0; i < GENERATED; i++) {
        step.call(attention);
      }
    }
  }

  private void measure(DType type) {
    double[] steps = new double[turns * PER_TURN];
    double[] reads = new double[turns * PER_TURN];
    long bytes = 2 * STEP.seqLenK() * STEP.kvHeads() * STEP.headDim() * type.byteSize();
    try (AttentionCase step = new AttentionCase(STEP, type, false).requireRight(attention);
        PlainRead read = new PlainRead(bytes)) {
      for (int i = 0; i < WARM_UP; i++) {
        step.call(attention);
        read.millis();
      }
      for (int turn = 0; turn < turns; turn++) {
        for (int i = 0; i < PER_TURN; i++) {
          steps[turn * PER_TURN + i] = step.millis(attention);
        }
        for (int i = 0; i < PER_TURN; i++) {
          reads[turn * PER_TURN + i] = read.millis();
        }
      }
    }
    System.out.printf(
        "%-5s %s %s%n",
        type.label(),
        pace(new Percentile(10).evaluate(steps), new Percentile(10).evaluate(reads)),
        pace(Medians.of(steps), Medians.of(reads)));
  }

  private static String pace(double step, double read) {
    return "%9.2f %9.2f %6.3f".formatted(step, read, read / step);
  }
}
