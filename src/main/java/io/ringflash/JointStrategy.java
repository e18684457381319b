package io.ringflash;

import java.util.Arrays;
import java.util.Locale;

/**
 * On which side joint tokens are concatenated. Softmax does not depend on the order of keys, and
 * joint tokens have no position, so both give the same answer.
 */
public enum JointStrategy {
  FRONT,
  BACK;

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException if no strategy has that label
   */
  public static JointStrategy parse(String label) {
    return Arrays.stream(values())
        .filter(strategy -> strategy.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "joint-strategy should be front or back but got '%s'".formatted(label)));
  }
}
