package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A tensor file that cannot be read or written.
 *
 * <p>The message is one line: the file as the caller gave it, the tensor if there is one, what was
 * expected and what came. Nothing in it can move a terminal's cursor, whatever the file holds.
 */
public final class TensorFileException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  public TensorFileException(Path file, String problem) {
    this(file, problem, null);
  }

  public TensorFileException(Path file, String problem, @Nullable Throwable cause) {
    super(Printable.escape(file + ": " + problem), cause);
  }
}
