package io.ringflash.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command says beside its result. */
final class ConsoleOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(names = "--quiet", description = "No progress and no notes on stderr; errors only.")
  private boolean quiet;

  /** Progress of work that may take long, on a terminal. */
  ConsoleProgress progress(String task, long units) {
    return new ConsoleProgress(task, units, !quiet && Terminal.isStderr());
  }

  /** Tells the user something that is neither result nor error. */
  void note(String text) {
    if (!quiet) {
      var err = command.commandLine().getErr();
      err.println("note: " + text);
      err.flush();
    }
  }

  /** Says what went wrong although the command goes on. */
  void problem(String text) {
    var err = command.commandLine().getErr();
    err.println("ringflash: " + text);
    err.flush();
  }
}
