package io.ringflash.experiment;

import io.ringflash.AttentionOptions;
import io.ringflash.JointStrategy;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import java.util.Objects;

/** The example of {@code ringflash demo}: causal attention with joint tokens on four devices. */
public final class Demo {
  public static final String DEVICES = "cpu:0,cpu:1,cpu:2,cpu:3";
  public static final AttentionShape SHAPE = new AttentionShape(1, 4096, 4096, 4, 4, 64);
  public static final long JOINT_TOKENS = 64;

  private static final long SEED = 1;

  /** Fewer rows than a user's verification: the demo should end while one looks. */
  private static final long VERIFIED_WORK = Verification.DEFAULT_WORK / 8;

  private final Arena arena;
  private final AttentionInputs inputs;

  /**
   * @param arena holds inputs and results
   */
  public Demo(Arena arena) {
    this.arena = arena;
    this.inputs = new RandomInputs(arena, DType.FP32, SEED).create(SHAPE, JOINT_TOKENS);
  }

  /**
   * Lets the JVM compile the kernel first: otherwise the first ring would look slow and the second
   * one fast, whatever their shardings.
   */
  public void warmUp(RingFlashAttention attention) {
    run(attention, Sharding.CONTIGUOUS);
  }

  /** Computes on {@link #DEVICES}. */
  public AttentionRun run(RingFlashAttention attention, Sharding sharding) {
    AttentionOptions options =
        AttentionOptions.builder()
            .causal(true)
            .sharding(sharding)
            .joint(
                Objects.requireNonNull(inputs.jointK()),
                Objects.requireNonNull(inputs.jointV()),
                JointStrategy.FRONT)
            .build();
    return AttentionRun.execute(attention, inputs, options, arena);
  }

  /** Holds a run against the oracle. */
  public VerificationReport verify(AttentionRun run) {
    return new Verification(run.problem(), inputs, VERIFIED_WORK, SEED)
        .verify(run.result(), ProcessGroup.alone());
  }
}
