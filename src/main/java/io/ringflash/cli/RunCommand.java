package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.InputFiles;
import io.ringflash.experiment.OutputFiles;
import io.ringflash.experiment.RingSteps;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunText;
import io.ringflash.experiment.trace.TraceFiles;
import io.ringflash.ring.Ring;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.io.TensorFileException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringflash run}. */
@Command(name = "run", header = "Compute attention of tensor files.")
final class RunCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private InputSource source;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private OutputOptions outputs;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ComputeOptions compute;

  @Option(
      names = "--trace",
      paramLabel = "F",
      split = ",",
      description = {
        "What each device did at each step: .json for ui.perfetto.dev and chrome://tracing,",
        ".svg for a Gantt chart."
      })
  private List<Path> trace = List.of();

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
    Job job = Job.of(spec);
    List<Path> readFiles = compute.readFiles(source);
    InputFiles inputFiles = source.files(compute.jointFiles());
    TraceFiles traceFiles = new TraceFiles(trace);
    OutputFiles outputFiles = outputs.files(compute.hasJointQueries(), job.processes().index());
    try (ConsoleProgress progress = console.progress("run");
        RingFlashAttention attention = compute.open(job, progress);
        Arena arena = job.processes().openArena()) {
      AttentionInputs stored = inputFiles.load(arena);
      outputFiles.check(outputType(stored), withTraces(readFiles));
      if (job.speaks()) {
        traceFiles.check(readFiles);
      }
      outputFiles.checkRoom(outputType(stored), stored, ownShare(attention.ring()));
      AttentionInputs inputs = compute.convert(stored, arena, console.notes());
      AttentionOptions options = compute.options(inputs);
      progress.expect(
          RingSteps.count(
              options.problem(inputs.q(), inputs.k()),
              inputs,
              options.sharding(),
              attention.ring()));
      AttentionRun run = AttentionRun.executeOnce(attention, inputs, options, arena);
      progress.close();
      outputFiles.write(run.result(), job.processes());
      if (job.speaks()) {
        traceFiles.write(run.report());
      }
      List<Path> written = new ArrayList<>(outputFiles.paths());
      written.addAll(trace);
      print(run.report(), written);
      return ExitCode.DONE;
    }
  }

  /** Of the tokens; an estimate if shards are weighted, which are measured later. */
  private static double ownShare(Ring ring) {
    return (double) ring.localDevices() / ring.ranks();
  }

  private DType outputType(AttentionInputs stored) {
    @Nullable DType dtype = compute.dtype();
    return dtype == null ? stored.q().dtype() : dtype;
  }

  private List<Path> withTraces(List<Path> readFiles) {
    List<Path> files = new ArrayList<>(readFiles);
    files.addAll(trace);
    return files;
  }

  private void print(RunReport run, List<Path> written) {
    List<String> files = written.stream().map(Path::toString).toList();
    json.print(
        new Report(run, files),
        () ->
            RunText.render(run)
                + files.stream().collect(Collectors.joining(", ", "%nwrote ".formatted(), "")));
  }
}
