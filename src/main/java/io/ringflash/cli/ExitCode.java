package io.ringflash.cli;

/** What the process ends with. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;
  static final int VERIFICATION_FAILED = 3;

  /** 128 + SIGINT, as shells report it. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
