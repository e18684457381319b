package io.ringflash.cli;

import io.ringflash.experiment.PathText;
import java.nio.file.Path;

/**
 * Name of an output, which may be another one for each process that writes.
 *
 * @param text as the user wrote it
 */
record OutputName(String text) {
  /** Stands for the number of the process that writes the file. */
  private static final String PROCESS = "{process}";

  /**
   * @throws IllegalArgumentException if it cannot be a file's
   */
  static OutputName parse(String text) {
    return new OutputName(PathText.parse(text).toString());
  }

  /** Whether each process writes a file of its own. */
  boolean isPerProcess() {
    return text.contains(PROCESS);
  }

  /** The file that a process writes. */
  Path of(int process) {
    return Path.of(text.replace(PROCESS, String.valueOf(process)));
  }
}
