package io.ringflash.experiment;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.VisiblePairs;
import java.lang.foreign.Arena;

/**
 * One computation and what is told about it.
 *
 * @param problem that was solved
 * @param inputs that it was solved for
 * @param result what came out
 * @param report how it went
 */
public record AttentionRun(
    AttentionProblem problem, AttentionInputs inputs, AttentionResult result, RunReport report) {
  /**
   * Computes.
   *
   * @param arena holds the results
   * @throws IllegalArgumentException if shapes, types or options are invalid
   */
  public static AttentionRun execute(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options, Arena arena) {
    AttentionResult result = attention.forward(arena, inputs.q(), inputs.k(), inputs.v(), options);
    AttentionProblem problem = options.problem(inputs.q(), inputs.k());
    return of(problem, inputs, options, VisiblePairs.flops(problem, inputs), result);
  }

  /**
   * The same in a process that computes nothing else, for which another kernel may be the fastest.
   * The report says what was asked for.
   */
  public static AttentionRun executeOnce(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options, Arena arena) {
    AttentionProblem problem = options.problem(inputs.q(), inputs.k());
    long flops = VisiblePairs.flops(problem, inputs);
    AttentionOptions used = SingleRun.options(options, flops, attention.group());
    AttentionResult result = attention.forward(arena, inputs.q(), inputs.k(), inputs.v(), used);
    return of(problem, inputs, options, flops, result);
  }

  private static AttentionRun of(
      AttentionProblem problem,
      AttentionInputs inputs,
      AttentionOptions asked,
      long flops,
      AttentionResult result) {
    RunReport report = RunReport.of(problem, asked, flops, result.report());
    return new AttentionRun(problem, inputs, result, report);
  }
}
