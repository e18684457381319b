package io.ringflash.experiment;

import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Files that a command reads or writes already: an output is to be none of them, by whatever name.
 */
public final class TakenFiles {
  private final List<Path> files;

  /**
   * @param inputs files that must not be overwritten
   */
  public TakenFiles(Collection<Path> inputs) {
    this.files = new ArrayList<>(inputs);
  }

  /**
   * Takes one more file.
   *
   * @throws TensorFileException if it is taken already
   */
  public void add(Path output) throws TensorFileException {
    for (Path other : files) {
      if (sameFile(output, other)) {
        throw new TensorFileException(
            output, "an output should be a file of its own but it is also given as " + other);
      }
    }
    files.add(output);
  }

  private static boolean sameFile(Path first, Path second) {
    try {
      return Files.isSameFile(first, second);
    } catch (IOException e) {
      // One of them is not there yet.
      return first.toAbsolutePath().normalize().equals(second.toAbsolutePath().normalize());
    }
  }
}
