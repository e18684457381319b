package io.ringflash.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is known of the streams that the program was started with. */
final class Terminal {
  /** The launch script says which of its streams are terminals, such as {@code 12} for both. */
  private static final String TERMINALS = System.getProperty("ringflash.terminals", "");

  private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)\\s*");
  private static final int PATIENCE_SECONDS = 1;

  private Terminal() {}

  static boolean isStderr() {
    return TERMINALS.contains("2");
  }

  /** Columns that a line on stdout should fit into; no limit when it goes into a file or a pipe. */
  static int width() {
    return TERMINALS.contains("1") ? terminalWidth() : Integer.MAX_VALUE;
  }

  static boolean isUnicode() {
    return System.out.charset().newEncoder().canEncode('█');
  }

  private static int terminalWidth() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher = SIZE.matcher(size);
      boolean ended = stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return ended && matcher.matches() && Integer.parseInt(matcher.group(1)) > 0
          ? Integer.parseInt(matcher.group(1))
          : Integer.MAX_VALUE;
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Integer.MAX_VALUE;
    }
  }
}
