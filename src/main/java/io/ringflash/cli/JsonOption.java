package io.ringflash.cli;

import io.ringflash.experiment.Json;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --json}: stdout holds JSON and nothing else. */
final class JsonOption {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec command;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  /** Whether people are not to be printed for. */
  boolean wanted() {
    return json;
  }

  /** Prints {@code report} as JSON, or {@code text}. */
  void print(Object report, Supplier<String> text) {
    CommandLine commandLine = command.commandLine();
    commandLine.getOut().println(json ? Json.of(report) : text.get());
    commandLine.getOut().flush();
  }
}
