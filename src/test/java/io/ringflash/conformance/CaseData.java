package io.ringflash.conformance;

import io.ringflash.AttentionOptions;
import io.ringflash.AttentionResult;
import io.ringflash.JointStrategy;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.engine.AttnType;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A case's tensors, and the calls that it describes. */
public final class CaseData {
  private final ConformanceCase test;
  private final AttentionProblem problem;
  private final AttentionInputs inputs;
  private final @Nullable Tensor packed;

  /** Draws the case's tensors from a normal distribution, in {@code arena}. */
  public CaseData(Arena arena, ConformanceCase test) {
    this.test = test;
    AttentionShape shape = test.shape();
    this.problem =
        new AttentionProblem(
            shape,
            test.dtype(),
            new AttentionMask(test.causal(), test.windowLeft(), test.windowRight()),
            test.scale(),
            test.softcap(),
            alibi(test),
            new Dropout(test.dropout(), test.seed()));
    long batch = shape.batch();
    long headDim = shape.headDim();
    RandomInputs random = new RandomInputs(arena, test.dtype(), test.seed());
    Tensor jointQ = joint(random, 0, test.jointQueries(), shape.heads());
    Tensor jointK = joint(random, 1, test.jointKeys(), shape.kvHeads());
    Tensor jointV = joint(random, 2, test.jointKeys(), shape.kvHeads());
    switch (test.packing()) {
      case 1 -> {
        Tensor q = random.tensor(3, shape.queryShape());
        Tensor kv = random.tensor(4, batch, shape.seqLenK(), 2, shape.kvHeads(), headDim);
        packed = kv;
        inputs = new AttentionInputs(q, kv.select(2, 0), kv.select(2, 1), jointQ, jointK, jointV);
      }
      case 2 -> {
        Tensor qkv = random.tensor(3, batch, shape.seqLenQ(), 3, shape.heads(), headDim);
        packed = qkv;
        inputs =
            new AttentionInputs(
                qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2), jointQ, jointK, jointV);
      }
      default -> {
        packed = null;
        inputs =
            new AttentionInputs(
                random.tensor(3, shape.queryShape()),
                random.tensor(4, shape.keyShape()),
                random.tensor(5, shape.keyShape()),
                jointQ,
                jointK,
                jointV);
      }
    }
  }

  public AttentionProblem problem() {
    return problem;
  }

  public AttentionInputs inputs() {
    return inputs;
  }

  /** Runs the case. */
  public AttentionResult run(RingFlashAttention attention, AttnType attnType) {
    AttentionOptions options = options(attention.ring().ranks(), attnType);
    return switch (test.packing()) {
      case 1 -> attention.forwardKvPacked(inputs.q(), Objects.requireNonNull(packed), options);
      case 2 -> attention.forwardQkvPacked(Objects.requireNonNull(packed), options);
      default -> attention.forward(inputs.q(), inputs.k(), inputs.v(), options);
    };
  }

  /** Holds a result, or what this process has of it, against the oracle. */
  public void check(AttentionResult result) {
    new AccuracyCheck(this, result).run();
  }

  private AttentionOptions options(int devices, AttnType attnType) {
    AttentionOptions.Builder builder =
        AttentionOptions.builder()
            .causal(test.causal())
            .window(test.windowLeft(), test.windowRight())
            .softcap(test.softcap())
            .alibi(problem.alibi())
            .softmaxScale(test.scale())
            .dropout(test.dropout(), test.seed())
            .deterministic(test.deterministic())
            .sharding(test.sharding())
            .deviceSpeeds(speeds(devices))
            .attnType(attnType);
    if (inputs.jointK() != null && inputs.jointV() != null) {
      JointStrategy strategy = test.seed() % 2 == 0 ? JointStrategy.FRONT : JointStrategy.BACK;
      builder.joint(inputs.jointQ(), inputs.jointK(), inputs.jointV(), strategy);
    }
    return builder.build();
  }

  /** Unequal, so that weighted shards differ. */
  private static double[] speeds(int devices) {
    double[] speeds = new double[devices];
    for (int i = 0; i < devices; i++) {
      speeds[i] = 1 + i % 3;
    }
    return speeds;
  }

  private static Alibi alibi(ConformanceCase test) {
    Random random = new Random(test.seed());
    int heads = test.shape().heads();
    return switch (test.alibi()) {
      case 1 -> Alibi.standard(heads);
      case 2 -> {
        float[][] slopes = new float[test.shape().batch()][heads];
        for (float[] row : slopes) {
          for (int h = 0; h < heads; h++) {
            row[h] = random.nextFloat();
          }
        }
        yield Alibi.perBatchAndHead(slopes);
      }
      default -> Alibi.NONE;
    };
  }

  private @Nullable Tensor joint(RandomInputs random, long stream, int tokens, int heads) {
    AttentionShape shape = test.shape();
    return tokens == 0
        ? null
        : random.tensor(stream, shape.batch(), tokens, heads, shape.headDim());
  }
}
