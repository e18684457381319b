package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerificationTest {
  private static final AttentionShape SHAPE = new AttentionShape(2, 30, 50, 4, 2, 8);
  private static final long ALL = Long.MAX_VALUE;

  private final Arena arena = Arena.ofAuto();

  @ParameterizedTest
  @EnumSource
  void aRightResultPasses(DType dtype) {
    AttentionRun run = run(dtype, AttentionOptions.builder().causal(true));

    VerificationReport report = verify(run, ALL);

    assertThat(report.passed()).isTrue();
    assertThat(report.rows()).isEqualTo(report.totalRows()).isEqualTo(2 * 4 * 30);
    assertThat(report.out().naiveError()).isPositive();
    assertThat(report.out().maxError()).isLessThanOrEqualTo(report.out().allowed());
    assertThat(report.lse().maxError()).isLessThanOrEqualTo(report.lse().allowed());
  }

  @ParameterizedTest
  @EnumSource
  void oneWrongElementFailsAndIsFound(DType dtype) {
    AttentionRun run = run(dtype, AttentionOptions.builder());
    float right = run.result().out().get(1, 17, 3, 5);
    run.result().out().set(right + 0.1f, 1, 17, 3, 5);

    VerificationReport report = verify(run, ALL);

    assertThat(report.passed()).isFalse();
    assertThat(report.worstRow()).isEqualTo("batch 1, head 3, query 17");
    assertThat(report.out().maxError()).isBetween(0.09, 0.11);
  }

  @Test
  void aWrongLseFails() {
    AttentionRun run = run(DType.FP32, AttentionOptions.builder());
    run.result().lse().orElseThrow().set(0, 0, 2, 3);

    assertThat(verify(run, ALL).passed()).isFalse();
  }

  @Test
  void rowsThatSeeNothingPass() {
    AttentionShape moreQueriesThanKeys = new AttentionShape(1, 20, 5, 2, 2, 8);
    AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 3).create(moreQueriesThanKeys);

    AttentionRun run = run(inputs, AttentionOptions.builder().causal(true));

    assertThat(run.result().lse().orElseThrow().get(0, 0, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(verify(run, ALL).passed()).isTrue();
  }

  @Test
  void nanWhereTheOracleHasNoneFails() {
    AttentionRun run = run(DType.FP32, AttentionOptions.builder());
    run.result().out().set(Float.NaN, 0, 0, 0, 0);

    VerificationReport report = verify(run, ALL);

    assertThat(report.passed()).isFalse();
    assertThat(report.out().unlike()).isEqualTo(1);
    assertThat(report.worstRow()).isEqualTo("batch 0, head 0, query 0");
  }

  @Test
  void nanThatTheInputsExplainPasses() {
    AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 3).create(SHAPE);
    inputs.q().set(Float.NaN, 1, 7, 2, 0);
    inputs.k().set(Float.POSITIVE_INFINITY, 0, 49, 1, 3);

    AttentionRun run = run(inputs, AttentionOptions.builder().causal(true));

    assertThat(verify(run, ALL).passed()).isTrue();
  }

  @Test
  void bigProblemsAreSampled() {
    AttentionRun run = run(DType.FP32, AttentionOptions.builder());

    VerificationReport report = verify(run, 50 * 8 * 20);

    assertThat(report.rows()).isEqualTo(20);
    assertThat(report.totalRows()).isEqualTo(240);
  }

  @Test
  void anInterruptEndsIt() {
    AttentionRun run = run(DType.FP32, AttentionOptions.builder());
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> verify(run, ALL)).isInstanceOf(StoppedException.class);

    assertThat(Thread.interrupted()).isTrue();
  }

  private VerificationReport verify(AttentionRun run, long work) {
    return new Verification(run.problem(), run.inputs(), work, 1)
        .verify(run.result(), ProcessGroup.alone());
  }

  private AttentionRun run(DType dtype, AttentionOptions.Builder options) {
    return run(new RandomInputs(arena, dtype, 3).create(SHAPE), options);
  }

  private AttentionRun run(AttentionInputs inputs, AttentionOptions.Builder options) {
    try (RingFlashAttention attention = RingFlashAttention.on("cpu:0,cpu:1")) {
      return AttentionRun.execute(attention, inputs, options.build(), arena);
    }
  }
}
