package io.ringflash.cli;

import io.ringflash.experiment.ShellWords;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.experiment.bench.BenchCase;
import io.ringflash.experiment.bench.BenchListener;
import io.ringflash.experiment.bench.BenchSession;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.picture.RunPictures;
import io.ringflash.ring.process.ProcessGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringflash bench}. */
@Command(
    name = "bench",
    header = "Verify and time attention of all combinations of sizes, kernels and devices.",
    description = {
      "Options that take a LIST are combined. Prints a record for each measurement; --save keeps",
      "raw samples, environment and pictures under results/, also of a sweep that is",
      "interrupted: the same command goes on with it."
    })
final class BenchCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SweepOptions sweep;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RepetitionOptions repetition;

  @Option(
      names = "--save",
      paramLabel = "NAME",
      description = "Keep the run in the folder results/DATE-NAME.")
  private @Nullable String name;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Folder of kept runs (default: results).")
  private Path results = Path.of("results");

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private FormatOptions format;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConsoleOptions console;

  @Override
  public Integer call() {
    Job job = Job.of(spec);
    List<BenchCase> cases = sweep.sweep(job).cases();
    BenchSession session = session(cases, job.processes());
    long before = session.measuredBefore();
    if (before > 0) {
      console.note("%d of %d cases were measured before".formatted(before, cases.size()));
    }
    try (ConsoleProgress progress = console.progress("bench")) {
      progress.expect(cases.size() - before);
      Watcher watcher = new Watcher(progress);
      List<Measurement> measurements = session.run(watcher, RunPictures::draw);
      progress.close();
      format.print(measurements.stream().map(Measurement::record).toList());
      if (session.path() != null) {
        console.note("kept in " + session.path());
      }
      watcher.problems.forEach(console::problem);
      return watcher.exitCode;
    }
  }

  private BenchSession session(List<BenchCase> cases, ProcessGroup processes) {
    if (name == null) {
      return BenchSession.unsaved(cases, repetition.repetition(), processes);
    }
    return BenchSession.saved(
        cases, repetition.repetition(), processes, results, name, commandLine(processes.size()));
  }

  private String commandLine(int processes) {
    List<String> words = new ArrayList<>();
    if (processes > 1) {
      words.addAll(List.of("mpirun", "-n", String.valueOf(processes)));
    }
    words.add("scripts/ringflash");
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return ShellWords.join(words);
  }

  /** Moves the bar, and remembers what went wrong until the bar is gone. */
  private static final class Watcher implements BenchListener {
    private final ConsoleProgress progress;
    private final List<String> problems = new ArrayList<>();
    private int exitCode = ExitCode.DONE;

    Watcher(ConsoleProgress progress) {
      this.progress = progress;
    }

    @Override
    public void wrong(BenchCase benchCase, VerificationReport verification) {
      exitCode = ExitCode.VERIFICATION_FAILED;
      problems.add(
          "not timed, error %.1e where %.1e is allowed: %s"
              .formatted(verification.out().maxError(), verification.out().allowed(), benchCase));
    }

    @Override
    public void failed(BenchCase benchCase, String message) {
      exitCode = Math.max(exitCode, ExitCode.FAILED);
      problems.add("%s: %s".formatted(benchCase, message));
    }

    @Override
    public void ends(BenchCase benchCase) {
      progress.advance(1);
    }
  }
}
