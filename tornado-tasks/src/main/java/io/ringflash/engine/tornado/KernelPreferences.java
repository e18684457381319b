package io.ringflash.engine.tornado;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * Which kernels were found to be fastest, by kind of device and problem: a file of a line each,
 * which people may read, edit and remove.
 */
final class KernelPreferences {
  /** Folder of the file, for those who want another. */
  static final String FOLDER_PROPERTY = "ringflash.cache";

  private final Path file;

  private KernelPreferences(Path file) {
    this.file = file;
  }

  /** Those of this user: below {@code $XDG_CACHE_HOME}, or else {@code ~/.cache}. */
  static KernelPreferences ofUser() {
    String folder = System.getProperty(FOLDER_PROPERTY);
    if (folder != null) {
      return new KernelPreferences(Path.of(folder, "kernels.properties"));
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return new KernelPreferences(base.resolve("ringflash").resolve("kernels.properties"));
  }

  /** What was kept for {@code subject}. */
  Optional<String> get(String subject) {
    return Optional.ofNullable(load().getProperty(subject));
  }

  /**
   * Keeps a kernel for {@code subject}.
   *
   * @return where
   */
  Path put(String subject, String kernel) {
    Properties all = load();
    all.setProperty(subject, kernel);
    try {
      Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
      Path next = Files.createTempFile(folder, "kernels", ".tmp");
      try (Writer out = Files.newBufferedWriter(next)) {
        all.store(out, "Kernels that ringflash tune found fastest");
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("%s: should be writable".formatted(file), e);
    }
  }

  private Properties load() {
    Properties all = new Properties();
    if (Files.exists(file)) {
      try (Reader in = Files.newBufferedReader(file)) {
        all.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new IllegalStateException(
            "%s: should be a file of kernels; remove it to do without".formatted(file), e);
      }
    }
    return all;
  }
}
