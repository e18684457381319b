package io.ringflash.experiment.plan;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Quantities with units, as people write them: {@code 54GB/s}, {@code 400Gbit/s}, {@code 10us}. */
public final class Quantity {
  private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-zµ/]*)");
  private static final int BITS = 8;

  /** No machine has more of anything, and a long holds as many bytes. */
  private static final double MOST = 1e18;

  private static final Map<String, Double> BYTES_PER_SECOND =
      Map.of("GB/s", 1e9, "MB/s", 1e6, "TB/s", 1e12, "Gbit/s", 1e9 / BITS, "Mbit/s", 1e6 / BITS);
  private static final Map<String, Double> SECONDS =
      Map.of("s", 1.0, "ms", 1e-3, "us", 1e-6, "µs", 1e-6, "ns", 1e-9);
  private static final Map<String, Double> BYTES = Map.of("GB", 1e9, "MB", 1e6, "TB", 1e12);

  private Quantity() {}

  /**
   * @throws IllegalArgumentException if {@code text} is no such quantity
   */
  public static double bytesPerSecond(String text) {
    return parse(text, BYTES_PER_SECOND, "54GB/s or 400Gbit/s");
  }

  /**
   * @throws IllegalArgumentException if {@code text} is no such quantity
   */
  public static double seconds(String text) {
    return parse(text, SECONDS, "10us");
  }

  /**
   * @throws IllegalArgumentException if {@code text} is no such quantity
   */
  public static long bytes(String text) {
    return (long) parse(text, BYTES, "24GB");
  }

  private static double parse(String text, Map<String, Double> units, String example) {
    Matcher matcher = FORM.matcher(text.strip());
    Double unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "should be a number with a unit like %s but got '%s'".formatted(example, text));
    }
    double value = Double.parseDouble(matcher.group(1)) * unit;
    if (value > MOST) {
      throw new IllegalArgumentException("should be at most 1e18 but got '%s'".formatted(text));
    }
    return value;
  }
}
