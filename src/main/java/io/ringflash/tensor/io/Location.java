package io.ringflash.tensor.io;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a message is about.
 *
 * @param file as the caller gave it
 * @param part the tensor or entry in it, or nothing
 */
record Location(Path file, String part) {
  static Location of(Path file) {
    return new Location(file, "");
  }

  Location tensor(String name) {
    return new Location(file, "tensor " + Printable.quote(name) + ": ");
  }

  /** An entry of an archive, before it is known to be a tensor. */
  Location entry(String name) {
    return new Location(file, "entry " + Printable.quote(name) + ": ");
  }

  TensorFileException error(String problem) {
    return error(problem, null);
  }

  TensorFileException error(String problem, @Nullable Throwable cause) {
    return new TensorFileException(file, part + problem, cause);
  }
}
