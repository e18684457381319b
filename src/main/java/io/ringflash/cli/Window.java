package io.ringflash.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code --window L,R}.
 *
 * @param left keys visible before a query's position, −1 for no limit
 * @param right keys visible after it, −1 for no limit
 */
record Window(long left, long right) {
  private static final Pattern FORM = Pattern.compile("(-1|\\d{1,18}),(-1|\\d{1,18})");

  static final Window UNLIMITED = new Window(-1, -1);

  static Window parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "should be two numbers of at least -1, such as 256,0, but got '%s'".formatted(text));
    }
    return new Window(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }
}
