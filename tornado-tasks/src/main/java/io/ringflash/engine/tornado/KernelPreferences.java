package io.ringflash.engine.tornado;

import io.ringflash.engine.EngineUnavailableException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * Which kernels were found to be fastest, by kind of device and problem: a file of a line each,
 * which people may read, edit and remove.
 */
final class KernelPreferences {
  /** Folder of the file, for those who want another. */
  static final String FOLDER_PROPERTY = "ringflash.cache";

  private final Path file;

  /**
   * @param file that need not be there
   */
  KernelPreferences(Path file) {
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

  /**
   * What was kept for {@code subject}.
   *
   * @throws EngineUnavailableException if the file cannot be read or holds something else
   */
  Optional<String> get(String subject) {
    return Optional.ofNullable(load().getProperty(subject));
  }

  /**
   * Keeps a kernel for {@code subject}.
   *
   * @return where
   * @throws EngineUnavailableException if the file cannot be read or holds something else
   * @throws UncheckedIOException if it cannot be written
   */
  Path put(String subject, String kernel) {
    Properties all = load();
    all.setProperty(subject, kernel);
    try {
      replace(all);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("%s: should be writable but got: %s".formatted(file, e), e);
    }
  }

  private void replace(Properties all) throws IOException {
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    // A temporary file of the JDK's could be read by its owner only, and keeps that.
    Path next = folder.resolve("kernels-%s.tmp".formatted(UUID.randomUUID()));
    try {
      try (Writer out = Files.newBufferedWriter(next, StandardOpenOption.CREATE_NEW)) {
        all.store(out, "Kernels that ringflash tune found fastest");
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  private Properties load() {
    Properties all = new Properties();
    if (Files.exists(file)) {
      try (Reader in = Files.newBufferedReader(file)) {
        all.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new EngineUnavailableException(
            "%s: should be a readable file of kernels but got: %s; remove it to do without"
                .formatted(file, e));
      }
    }
    return all;
  }
}
