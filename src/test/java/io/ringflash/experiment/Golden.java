package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that hold what a format looks like. {@code -Dringflash.golden=write} makes them anew: then
 * a diff shows what has changed.
 */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/io/ringflash/experiment");
  private static final boolean WRITE = "write".equals(System.getProperty("ringflash.golden"));

  private Golden() {}

  /** Holds {@code text} against the file {@code name}. */
  public static void check(String name, String text) {
    Path file = FOLDER.resolve(name);
    try {
      if (WRITE) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, text + "\n");
      }
      assertThat(text + "\n").isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
