package io.ringflash.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.ringflash.attention.Alibi;
import io.ringflash.attention.AttentionMask;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.Dropout;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkSharesTest {
  @Test
  void zigzagSharesCausalWorkEvenly() {
    AttentionProblem problem = causal(4096);

    double[] zigzag = WorkShares.of(problem, Sharding.ZIGZAG, 4);
    double[] contiguous = WorkShares.of(problem, Sharding.CONTIGUOUS, 4);

    assertThat(WorkShares.slowdown(zigzag)).isCloseTo(1, offset(1e-9));
    assertThat(WorkShares.slowdown(contiguous)).isCloseTo(1.75, offset(1e-3));
    assertThat(Arrays.stream(contiguous).sum()).isCloseTo(1, offset(1e-12));
  }

  private static AttentionProblem causal(int tokens) {
    AttentionShape shape = new AttentionShape(1, tokens, tokens, 2, 2, 5);
    return new AttentionProblem(
        shape, DType.FP32, AttentionMask.CAUSAL, 1, 0, Alibi.NONE, Dropout.NONE);
  }
}
