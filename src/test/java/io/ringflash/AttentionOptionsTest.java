package io.ringflash;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringflash.AttentionOptions.Builder;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Code that nobody checked for null gets to know at once what it left out. */
@SuppressWarnings("NullAway")
class AttentionOptionsTest {
  private final Tensor token = TestTensors.filled(DType.FP32, 0, 1, 1, 1, 4);

  @Test
  void whatIsMissingIsNamed() {
    requireNamed("joint key", builder -> builder.joint(null, token, JointStrategy.FRONT));
    requireNamed("joint value", builder -> builder.joint(token, null, JointStrategy.FRONT));
    requireNamed("attnType", builder -> builder.attnType(null));
    requireNamed("sharding", builder -> builder.sharding(null));
    requireNamed("alibi", builder -> builder.alibi(null));
    requireNamed("onDeviceFailure", builder -> builder.onDeviceFailure(null));
  }

  private static void requireNamed(String what, Consumer<Builder> setter) {
    ThrowingCallable call = () -> setter.accept(AttentionOptions.builder());
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(what);
  }
}
