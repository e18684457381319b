package io.ringflash.experiment;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The commit of this program, for records that should be made again. */
public final class Commit {
  /** The launch script says where the sources are, if they are there. */
  private static final @Nullable String SOURCES = System.getProperty("ringflash.home");

  private static final int PATIENCE_SECONDS = 5;
  private static final String UNKNOWN = "unknown";

  private Commit() {}

  /**
   * The short name of the commit, with {@code -dirty} if sources were changed since; that of the
   * build where there are no sources.
   */
  public static String name() {
    String described = SOURCES == null ? "" : describe(new File(SOURCES));
    return described.isEmpty() ? built() : described;
  }

  /** What the version says after its plus sign. */
  private static String built() {
    String version = Commit.class.getPackage().getImplementationVersion();
    int sign = version == null ? -1 : version.indexOf('+');
    return sign < 0 ? UNKNOWN : version.substring(sign + 1);
  }

  private static String describe(File directory) {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
              .directory(directory)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0 ? name : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
