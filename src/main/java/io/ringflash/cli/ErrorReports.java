package io.ringflash.cli;

import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.RingException;
import io.ringflash.ring.mpi.MpiException;
import io.ringflash.tensor.io.TensorFileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on stderr and an exit code. */
final class ErrorReports implements IParameterExceptionHandler, IExecutionExceptionHandler {
  /** File names and arguments may hold anything, line ends and terminal commands included. */
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  private final Job job;

  /**
   * @param job that fails as a whole
   */
  ErrorReports(Job job) {
    this.job = job;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String hint = "";
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      hint = suggestions.isEmpty() ? "" : "; did you mean %s?".formatted(suggestions.getFirst());
    }
    return report(e.getCommandLine(), describe(e) + hint, ExitCode.BAD_INPUT);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
    if (e instanceof StoppedException || Thread.interrupted()) {
      return job.interrupted()
          ? ExitCode.INTERRUPTED
          : report(commandLine, "interrupted", ExitCode.INTERRUPTED);
    }
    return switch (e) {
      case TensorFileException _, IllegalArgumentException _, EngineUnavailableException _ ->
          report(commandLine, describe(e), ExitCode.BAD_INPUT);
      case UncheckedIOException io -> report(commandLine, describe(inWords(io)), ExitCode.FAILED);
      case RingException _, MpiException _ -> {
        if (e instanceof MpiException || e.getCause() instanceof MpiException) {
          job.awaitTheWatch();
        }
        yield report(commandLine, job.prefix() + describe(e), ExitCode.FAILED);
      }
      default -> {
        // A bug: whoever reports it needs to say where.
        e.printStackTrace(commandLine.getErr());
        yield report(commandLine, "internal error: " + e, ExitCode.FAILED);
      }
    };
  }

  /** picocli reports exceptions; this reports errors: memory that is not there, and bugs. */
  IExecutionStrategy around(IExecutionStrategy strategy) {
    return parsed -> {
      try {
        return strategy.execute(parsed);
      } catch (VirtualMachineError e) {
        return report(parsed.commandSpec().commandLine(), describe(e), ExitCode.FAILED);
      } catch (Error e) {
        CommandLine commandLine = parsed.commandSpec().commandLine();
        e.printStackTrace(commandLine.getErr());
        return report(commandLine, "internal error: " + e, ExitCode.FAILED);
      }
    };
  }

  /** The exit code once all output is out: a result that nobody could read is a failure. */
  int afterOutput(CommandLine commandLine, int code) {
    commandLine.getOut().flush();
    // picocli's writer does not know what became of what it passed on.
    boolean lost = System.out.checkError();
    return lost && code == ExitCode.DONE
        ? report(commandLine, "standard output could not be written", ExitCode.FAILED)
        : code;
  }

  private int report(CommandLine commandLine, String message, int code) {
    String line = CONTROL.matcher(message).replaceAll(" ");
    if (job.mayReport()) {
      PrintWriter err = commandLine.getErr();
      err.println("ringflash: " + line);
      err.flush();
    }
    job.fail(line, code);
    return code;
  }

  /** Without a message of its own, the exception repeats its cause with the name of a class. */
  private static Throwable inWords(UncheckedIOException e) {
    IOException cause = Objects.requireNonNull(e.getCause());
    return cause.toString().equals(e.getMessage()) ? cause : e;
  }

  private static String describe(Throwable e) {
    String message = e instanceof Error || e.getMessage() == null ? e.toString() : e.getMessage();
    return isLostMapping(e)
        ? message + ": perhaps an input was cut short while it was read"
        : message;
  }

  /** The JVM's answer to an access of a mapped file's pages that are no longer there. */
  private static boolean isLostMapping(Throwable e) {
    Throwable error = e instanceof RingException && e.getCause() != null ? e.getCause() : e;
    return error instanceof InternalError;
  }
}
