package io.ringflash.experiment.bench;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.experiment.AttentionRun;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.Verification;
import io.ringflash.experiment.VerificationReport;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Verifies one case, then times it. All processes of the ring make the same calls. */
final class CaseTimer implements AutoCloseable {
  /** Less than a user's verification: a sweep has many cases. */
  private static final long VERIFIED_WORK = Verification.DEFAULT_WORK / 16;

  private static final long VERIFIED_SEED = 1;

  private final RingFlashAttention attention;
  private final Arena arena;
  private final AttentionInputs inputs;
  private final AttentionOptions options;

  /**
   * One timed call.
   *
   * @param seconds of the call as its caller sees it
   * @param run what the ranks did
   * @param flops of the call
   */
  record Sample(double seconds, RunReport run) {}

  CaseTimer(RingFlashAttention attention, BenchCase benchCase) {
    this.attention = attention;
    this.arena = attention.processes().openArena();
    this.inputs = benchCase.inputs(arena);
    this.options = benchCase.options(inputs);
  }

  /** What is computed. */
  AttentionProblem problem() {
    return options.problem(inputs.q(), inputs.k());
  }

  /** Holds a result against the oracle; the first process's report is of all of them. */
  VerificationReport verify() {
    try (Arena results = Arena.ofShared()) {
      AttentionRun run = AttentionRun.execute(attention, inputs, options, results);
      return new Verification(run.problem(), inputs, VERIFIED_WORK, VERIFIED_SEED)
          .verify(run.result(), attention.processes());
    }
  }

  /** Warms up, then times. */
  List<Sample> time(Repetition repetition) {
    double seconds = 0;
    for (int calls = 0; repetition.wantsWarmUp(calls, seconds); calls++) {
      seconds += call().seconds();
    }
    List<Sample> samples = new ArrayList<>();
    seconds = 0;
    while (repetition.wantsSample(samples.size(), seconds)) {
      Sample sample = call();
      seconds += sample.seconds();
      samples.add(sample);
    }
    return samples;
  }

  private Sample call() {
    if (Thread.currentThread().isInterrupted()) {
      throw new StoppedException();
    }
    try (Arena results = Arena.ofShared()) {
      long start = System.nanoTime();
      AttentionRun run = AttentionRun.execute(attention, inputs, options, results);
      double seconds = (System.nanoTime() - start) * 1e-9;
      // The first process's time decides for all whether there is another call.
      return new Sample(attention.processes().broadcast(Double.class, seconds), run.report());
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
