package io.ringflash.benchmark;

import io.ringflash.AttentionOptions;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.experiment.Verification;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;

/** Random tensors, and calls that compute their attention. */
final class AttentionCase implements AutoCloseable {
  private static final long SEED = 1;

  /** Multiplications that verifying may take, so that it is over in an instant. */
  private static final long VERIFICATION_WORK = 1L << 22;

  private final Arena arena = Arena.ofShared();
  private final AttentionInputs inputs;
  private final AttentionOptions options;

  AttentionCase(AttentionShape shape, DType dtype, boolean causal) {
    this(shape, dtype, AttentionOptions.builder().causal(causal).build());
  }

  AttentionCase(AttentionShape shape, DType dtype, AttentionOptions options) {
    this.inputs = new RandomInputs(arena, dtype, SEED).create(shape);
    this.options = options;
  }

  /** One whole call; the results are dropped. */
  void call(RingFlashAttention attention) {
    try (Arena results = Arena.ofShared()) {
      attention.forward(results, inputs.q(), inputs.k(), inputs.v(), options);
    }
  }

  /** Milliseconds of one whole call, output allocated and written. */
  double millis(RingFlashAttention attention) {
    try (Arena results = Arena.ofShared()) {
      long start = System.nanoTime();
      attention.forward(results, inputs.q(), inputs.k(), inputs.v(), options);
      return (System.nanoTime() - start) * 1e-6;
    }
  }

  /**
   * This case, once a call's results passed the accuracy rule.
   *
   * @throws IllegalStateException if they don't; the case is closed then
   */
  AttentionCase requireRight(RingFlashAttention attention) {
    if (!isRight(attention)) {
      close();
      throw new IllegalStateException("the result is wrong");
    }
    return this;
  }

  /** Whether a call's results pass the accuracy rule. */
  boolean isRight(RingFlashAttention attention) {
    try (Arena results = Arena.ofShared()) {
      return new Verification(
              options.problem(inputs.q(), inputs.k()), inputs, VERIFICATION_WORK, SEED)
          .verify(
              attention.forward(results, inputs.q(), inputs.k(), inputs.v(), options),
              ProcessGroup.alone())
          .passed();
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
