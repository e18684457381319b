package io.ringflash.experiment.bench;

import io.ringflash.AttentionOptions;
import io.ringflash.JointStrategy;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;

/**
 * One thing to measure.
 *
 * @param ring devices that compute
 * @param threads that cpu devices of a process share
 * @param attnType kernel
 * @param dtype storage type
 * @param shape sizes
 * @param jointTokens keys and values beside the sequence, which every query sees
 * @param mask visible keys
 * @param sharding of the sequence
 * @param exchange way in which K/V blocks travel
 */
public record BenchCase(
    Ring ring,
    int threads,
    AttnType attnType,
    DType dtype,
    AttentionShape shape,
    int jointTokens,
    AttentionMask mask,
    Sharding sharding,
    ExchangeKind exchange) {
  private static final long SEED = 1;

  /** Normally distributed inputs, the same for every case of these sizes and type. */
  AttentionInputs inputs(Arena arena) {
    RandomInputs random = new RandomInputs(arena, dtype, SEED);
    return jointTokens == 0 ? random.create(shape) : random.create(shape, jointTokens);
  }

  /** Options of the call that is measured. */
  AttentionOptions options(AttentionInputs inputs) {
    AttentionOptions.Builder options =
        AttentionOptions.builder()
            .causal(mask.causal())
            .window(mask.left(), mask.right())
            .attnType(attnType)
            .sharding(sharding);
    Tensor key = inputs.jointK();
    Tensor value = inputs.jointV();
    if (key != null && value != null) {
      options.joint(key, value, JointStrategy.FRONT);
    }
    return options.build();
  }

  /** Threads that a record names: none compute where no cpu device does. */
  int recordedThreads() {
    return ring.has(CpuEngine.NAME) ? threads : 0;
  }

  /** What identifies the record of this case, see {@link BenchRecord#subject()}. */
  String subject() {
    return BenchRecord.of(this, Timing.NONE).subject();
  }

  /** A line for people, such as {@code cpu:0,cpu:1 zigzag fp32 causal 1x4096x8x64}. */
  @Override
  public String toString() {
    return "%s %s %s %s %s %dx%dx%dx%d%s%s"
        .formatted(
            ring,
            attnType.label(),
            sharding.label(),
            dtype.label(),
            MaskText.of(mask),
            shape.batch(),
            shape.seqLenQ(),
            shape.heads(),
            shape.headDim(),
            shape.kvHeads() == shape.heads() ? "" : ", %d K/V heads".formatted(shape.kvHeads()),
            jointTokens == 0 ? "" : ", %d joint tokens".formatted(jointTokens));
  }
}
