package io.ringflash.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A share of something.
 *
 * @param fraction 0.05 for 5 %
 */
record Percentage(double fraction) {
  private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*%");
  private static final double WHOLE = 100;

  /**
   * @throws IllegalArgumentException if {@code text} is not like {@code 5%}
   */
  static Percentage parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "should be a percentage like 5%% but got '%s'".formatted(text));
    }
    return new Percentage(Double.parseDouble(matcher.group(1)) / WHOLE);
  }
}
