package io.ringflash.cli;

import io.ringflash.ring.mpi.MpiException;
import io.ringflash.ring.mpi.MpiUnavailableException;
import java.io.PrintWriter;
import java.io.Writer;
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
      TuneCommand.class,
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

  private final Job job;

  /** What manual pages and completion are generated from. */
  RingFlashCommand() {
    this(Job.alone());
  }

  private RingFlashCommand(Job job) {
    this.job = job;
  }

  /** The job that this process is a part of. */
  Job job() {
    return job;
  }

  /** The command line with its converters and error reports. */
  static CommandLine create() {
    return create(Job.alone());
  }

  private static CommandLine create(Job job) {
    ErrorReports errors = new ErrorReports(job);
    CommandLine commandLine = new CommandLine(new RingFlashCommand(job));
    Converters.register(commandLine);
    return commandLine
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExecutionStrategy(errors.around(new RunLast()));
  }

  public static void main(String[] args) {
    Job job = join();
    Interruption interruption = Interruption.of(Thread.currentThread(), job);
    int code = ExitCode.FAILED;
    try {
      CommandLine commandLine = create(job);
      if (!job.speaks()) {
        PrintWriter nobody = new PrintWriter(Writer.nullWriter());
        commandLine.setOut(nobody).setErr(nobody);
      }
      code = commandLine.execute(args);
      code = job.end(new ErrorReports(job).afterOutput(commandLine, code));
    } finally {
      interruption.workEnded();
    }
    System.exit(code);
  }

  private static Job join() {
    Launch launch = new Launch(System.getenv());
    try {
      return Job.join(launch, Thread.currentThread());
    } catch (MpiUnavailableException | MpiException e) {
      if (launch.speaks()) {
        System.err.println("ringflash: " + e.getMessage());
      }
      System.exit(ExitCode.BAD_INPUT);
      throw e;
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
