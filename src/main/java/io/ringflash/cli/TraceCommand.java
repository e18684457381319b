package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.Progress;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunText;
import io.ringflash.experiment.trace.TraceFiles;
import io.ringflash.experiment.trace.TracedRun;
import io.ringflash.tensor.io.TensorFileException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringflash trace}. */
@Command(
    name = "trace",
    header = "Show what each device computed, received and waited for at each step.",
    description = {
      "The traced call follows others that let kernels be compiled. JDK Flight Recorder has the",
      "same facts as events io.ringflash.Step."
    })
final class TraceCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RandomSource source;

  @Option(
      names = "--out",
      paramLabel = "F",
      split = ",",
      required = true,
      description = ".json for ui.perfetto.dev and chrome://tracing, .svg for a Gantt chart.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Path> out;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ComputeOptions compute;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private JsonOption json;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  /** The report, as JSON shows it. */
  private record Report(RunReport run, List<String> files) {}

  @Override
  public Integer call() throws TensorFileException {
    TraceFiles files = new TraceFiles(out);
    Job job = Job.of(spec);
    try (RingFlashAttention attention = compute.open(job, Progress.NONE);
        Arena arena = job.processes().openArena()) {
      if (job.speaks()) {
        files.check(compute.readFiles(source));
      }
      AttentionInputs inputs = compute.load(source, arena, console.notes());
      AttentionOptions options = compute.options(inputs);
      RunReport run = TracedRun.of(attention, inputs, options);
      if (job.speaks()) {
        files.write(run);
      }
      List<String> names = out.stream().map(Path::toString).toList();
      json.print(
          new Report(run, names),
          () -> "%s%nwrote %s".formatted(RunText.render(run), String.join(", ", names)));
      return ExitCode.DONE;
    }
  }
}
