package io.ringflash.cli;

import java.io.PrintWriter;
import java.io.Writer;
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
  ConsoleProgress progress(String task) {
    return new ConsoleProgress(task, talks() && Terminal.isStderr());
  }

  /** Tells the user something that is neither result nor error. */
  void note(String text) {
    if (talks()) {
      var err = command.commandLine().getErr();
      err.println("note: " + text);
      err.flush();
    }
  }

  /** For notes that come from elsewhere. */
  PrintWriter notes() {
    return quiet ? new PrintWriter(Writer.nullWriter()) : command.commandLine().getErr();
  }

  /** Says what went wrong although the command goes on. */
  void problem(String text) {
    var err = command.commandLine().getErr();
    err.println("ringflash: " + text);
    err.flush();
  }

  /** Of several processes one speaks for all. */
  private boolean talks() {
    return !quiet && Job.of(command).speaks();
  }
}
