package io.ringflash.experiment;

import java.util.Locale;

/** Quantities as people read them. */
public final class Units {
  private static final double KILO = 1000;
  private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

  private Units() {}

  /** Such as {@code 12.6 MB}. */
  public static String bytes(double bytes) {
    return scaled(bytes, "B");
  }

  /** Such as {@code 35.1 GFLOP/s}. */
  public static String flopsPerSecond(double flopsPerSecond) {
    return scaled(flopsPerSecond, "FLOP/s");
  }

  /** Such as {@code 4.4 PFLOP}. */
  public static String flops(double flops) {
    return scaled(flops, "FLOP");
  }

  /** Three significant digits, and every digit before the point. */
  public static String significant(double value) {
    if (value == 0) {
      return "0";
    }
    int decimals = Math.clamp(2 - (long) Math.floor(Math.log10(Math.abs(value))), 0, 6);
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Such as {@code 80 ms} or {@code 1.25 s}. */
  public static String seconds(double seconds) {
    return seconds < 1
        ? String.format(Locale.ROOT, seconds < 0.01 ? "%.2f ms" : "%.0f ms", seconds * KILO)
        : String.format(Locale.ROOT, "%.2f s", seconds);
  }

  /** Such as {@code 16,384}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Such as {@code 1.2e-07}; 0 stays 0. */
  public static String error(double error) {
    return error == 0 ? "0" : String.format(Locale.ROOT, "%.1e", error);
  }

  /** Such as {@code 44 %}. */
  public static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.0f %%", fraction * 100);
  }

  private static String scaled(double value, String unit) {
    int prefix = 0;
    while (value >= KILO && prefix < PREFIXES.length - 1) {
      value /= KILO;
      prefix++;
    }
    String format = prefix == 0 || value >= 100 ? "%.0f %s%s" : "%.1f %s%s";
    return String.format(Locale.ROOT, format, value, PREFIXES[prefix], unit);
  }
}
