package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AttentionShapeTest {
  @Test
  void knowsTheShapesOfItsTensors() {
    AttentionShape shape = new AttentionShape(2, 3, 5, 6, 2, 7);
    assertThat(shape.queryShape()).containsExactly(2, 3, 6, 7);
    assertThat(shape.keyShape()).containsExactly(2, 5, 2, 7);
    assertThat(shape.lseShape()).containsExactly(2, 6, 3);
    assertThat(shape.groupSize()).isEqualTo(3);
    assertThat(shape).hasToString("q[2, 3, 6, 7] k[2, 5, 2, 7]");
  }

  @Test
  void allowsTheExtremes() {
    new AttentionShape(1, 0, 0, 1, 1, 1);
    new AttentionShape(1, Integer.MAX_VALUE, Integer.MAX_VALUE, 1 << 16, 1, 256);
  }

  @Test
  void refusesSizesOutOfRange() {
    requireMessage(
        () -> new AttentionShape(0, 1, 1, 1, 1, 1), "batch should be in [1, 2147483647] but got 0");
    requireMessage(
        () -> new AttentionShape(1, -1, 1, 1, 1, 1),
        "seqLenQ should be in [0, 2147483647] but got -1");
    requireMessage(
        () -> new AttentionShape(1, 1, 1L << 31, 1, 1, 1),
        "seqLenK should be in [0, 2147483647] but got 2147483648");
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 0, 1, 1), "heads should be in [1, 65536] but got 0");
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 2, 0, 1), "kvHeads should be in [1, 2] but got 0");
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 2, 4, 1), "kvHeads should be in [1, 2] but got 4");
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 1, 1, 0), "headDim should be in [1, 256] but got 0");
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 1, 1, 257), "headDim should be in [1, 256] but got 257");
  }

  @Test
  void refusesHeadsThatKeyHeadsDoNotDivide() {
    requireMessage(
        () -> new AttentionShape(1, 1, 1, 6, 4, 1),
        "heads should be a multiple of kvHeads but got 6 and 4");
  }

  private static void requireMessage(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
