package io.ringflash.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.AttentionResult;
import io.ringflash.RingFlashAttention;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.tensor.DType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccuracyCheckTest {
  private final Arena arena = Arena.ofShared();
  private final RingFlashAttention attention = RingFlashAttention.on("cpu:0");

  @AfterEach
  void close() {
    attention.close();
    arena.close();
  }

  @Test
  void allowsWhatNaiveAttentionShowsInRowsOutsideOfTheSample() {
    assertThatCode(() -> check(0.006f)).doesNotThrowAnyException();
  }

  @Test
  void refusesMoreThanTwiceTheErrorOfNaiveAttention() {
    assertThatThrownBy(() -> check(0.009f))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("out of Row[batch=0, head=0, query=0, joint=false], element 0");
  }

  /** Checks a result whose first element is wrong by so much. */
  private void check(float error) {
    ConformanceCase test =
        ConformanceCase.plain(new AttentionShape(1, 1000, 1000, 4, 4, 40), DType.BF16, 1);
    CaseData data = new CaseData(arena, test);
    AttentionResult result = data.run(attention, AttnType.AUTO);
    result.out().set(result.out().get(0, 0, 0, 0) + error, 0, 0, 0, 0);
    data.check(result);
  }
}
