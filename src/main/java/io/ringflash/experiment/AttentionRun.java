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
    return execute(attention, inputs, options, options, arena);
  }

  /**
   * The same in a process that computes nothing else, for which another kernel may be the fastest.
   */
  public static AttentionRun executeOnce(
      RingFlashAttention attention, AttentionInputs inputs, AttentionOptions options, Arena arena) {
    long flops = VisiblePairs.flops(options.problem(inputs.q(), inputs.k()), inputs);
    AttentionOptions used = SingleRun.options(options, flops, attention.ring());
    return execute(attention, inputs, options, used, arena);
  }

  private static AttentionRun execute(
      RingFlashAttention attention,
      AttentionInputs inputs,
      AttentionOptions asked,
      AttentionOptions used,
      Arena arena) {
    AttentionResult result = attention.forward(arena, inputs.q(), inputs.k(), inputs.v(), used);
    AttentionProblem problem = asked.problem(inputs.q(), inputs.k());
    long flops = VisiblePairs.flops(problem, inputs);
    RunReport report = RunReport.of(problem, asked, flops, result.report());
    return new AttentionRun(problem, inputs, result, report);
  }
}
