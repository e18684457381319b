package io.ringflash.cli;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.RingSteps;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunText;
import io.ringflash.experiment.Verification;
import io.ringflash.experiment.VerificationReport;
import io.ringflash.experiment.VerificationText;
import io.ringflash.tensor.io.TensorFileException;
import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringflash verify}. */
@Command(
    name = "verify",
    header = "Compute attention and compare it with an FP64 oracle.",
    description = {
      "An error of at most twice that of a naive implementation in the same storage",
      "type passes. Of big problems, a sample of rows is compared."
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RandomSource source;

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
  private record Report(RunReport run, VerificationReport verification) {}

  @Override
  public Integer call() throws TensorFileException {
    Job job = Job.of(spec);
    try (ConsoleProgress progress = console.progress("verify");
        RingFlashAttention attention = compute.open(job, progress);
        Arena arena = job.processes().openArena()) {
      AttentionInputs inputs = compute.load(source, arena, console.notes());
      AttentionOptions options = compute.options(inputs);
      AttentionProblem problem = options.problem(inputs.q(), inputs.k());
      Verification verifier =
          new Verification(problem, inputs, Verification.DEFAULT_WORK, compute.seed());
      progress.expect(RingSteps.count(problem, inputs, options.sharding(), attention.ring()));
      AttentionRun run = AttentionRun.execute(attention, inputs, options, arena);
      progress.expect(verifier.rows());
      VerificationReport verification = verifier.verify(run.result(), job.processes(), progress);
      progress.close();
      json.print(
          new Report(run.report(), verification),
          () ->
              "%s%n%s"
                  .formatted(RunText.render(run.report()), VerificationText.render(verification)));
      return verification.passed() ? ExitCode.DONE : ExitCode.VERIFICATION_FAILED;
    }
  }
}
