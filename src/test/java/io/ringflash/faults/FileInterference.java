package io.ringflash.faults;

import java.io.IOException;
import java.nio.file.Path;

/** What befalls operations that change files, on the threads that ask for them. */
@FunctionalInterface
public interface FileInterference {
  /** What is done to a file or folder. */
  enum Operation {
    OPEN,
    WRITE,
    FORCE,
    CLOSE,
    MOVE,
    DELETE
  }

  /** Where an operation stands. */
  enum Moment {
    BEFORE,
    /** Some bytes are written, and some are not. */
    HALFWAY,
    AFTER
  }

  /**
   * An operation has come to a moment.
   *
   * @param file that the operation is about; where a move leads to
   */
  void at(Operation operation, Moment moment, Path file) throws IOException;
}
