package io.ringflash.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code ringflash}: the commands, and the way into the program. */
@Command(
    name = "ringflash",
    header = "Exact attention over long sequences on a ring of devices.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    subcommands = {
      DevicesCommand.class,
      RunCommand.class,
      VerifyCommand.class,
      BenchCommand.class,
      CompareCommand.class,
      PlanCommand.class,
      TraceCommand.class,
      ReportCommand.class,
      IndexCommand.class,
      DemoCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 bad usage or bad input, 3 verification failed,",
      "130 interrupted."
    })
public final class RingFlashCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** The command line with its converters and error reports. */
  static CommandLine create() {
    ErrorReports errors = new ErrorReports();
    CommandLine commandLine = new CommandLine(new RingFlashCommand());
    Converters.register(commandLine);
    return commandLine
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExecutionStrategy(errors.around(new RunLast()));
  }

  public static void main(String[] args) {
    Interruption interruption = Interruption.of(Thread.currentThread());
    CommandLine commandLine = create();
    int code = ExitCode.FAILED;
    try {
      code = ErrorReports.afterOutput(commandLine, commandLine.execute(args));
    } finally {
      interruption.workEnded();
    }
    System.exit(code);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
