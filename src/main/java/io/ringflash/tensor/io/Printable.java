package io.ringflash.tensor.io;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Text from outside, made fit for a message of one line. */
final class Printable {
  private static final int LONGEST_QUOTE = 64;

  private Printable() {}

  /** {@code text} in quotes, cut when it is long. */
  static String quote(String text) {
    if (text.codePointCount(0, text.length()) <= LONGEST_QUOTE) {
      return "'" + text + "'";
    }
    return "'" + text.substring(0, text.offsetByCodePoints(0, LONGEST_QUOTE)) + "…'";
  }

  /** Why the operating system refused, without the path and the name of a class. */
  static String reason(IOException e) {
    String reason = e instanceof FileSystemException refusal ? refusal.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  /** {@code text} with everything that is no visible character or space as {@code \\u} escapes. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(codePoint -> {
          if (isPrintable(codePoint)) {
            escaped.appendCodePoint(codePoint);
          } else {
            escaped.append("\\u%04x".formatted(codePoint));
          }
        });
    return escaped.toString();
  }

  /** Format characters are out because some of them reverse the direction of the text. */
  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
