package io.ringflash.experiment;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as people write them. */
public final class PathText {
  private PathText() {}

  /**
   * The path that {@code text} is.
   *
   * @throws IllegalArgumentException if it is empty, or has characters that the names of files
   *     cannot have in this locale
   */
  public static Path parse(String text) {
    if (text.isEmpty()) {
      // To Java it is the current folder.
      throw new IllegalArgumentException("should be a path but got ''");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "should be a path in the locale's encoding, %s, but got '%s': use a UTF-8 locale"
              .formatted(System.getProperty("sun.jnu.encoding"), text),
          e);
    }
  }
}
