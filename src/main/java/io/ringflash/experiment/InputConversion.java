package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Inputs in another storage type. */
public final class InputConversion {
  private final DType target;
  private final Arena arena;

  /**
   * @param arena holds the copies
   */
  public InputConversion(DType target, Arena arena) {
    this.target = target;
    this.arena = arena;
  }

  /** Bytes that the copies of {@code inputs} take; tensors of the right type are not copied. */
  public long copiedBytes(AttentionInputs inputs) {
    return Stream.of(
            inputs.q(), inputs.k(), inputs.v(), inputs.jointQ(), inputs.jointK(), inputs.jointV())
        .filter(Objects::nonNull)
        .filter(tensor -> tensor.dtype() != target)
        .mapToLong(tensor -> tensor.size() * target.byteSize())
        .sum();
  }

  /** {@code inputs}, rounded to the target type. */
  public AttentionInputs convert(AttentionInputs inputs) {
    return new AttentionInputs(
        convert(inputs.q()),
        convert(inputs.k()),
        convert(inputs.v()),
        optional(inputs.jointQ()),
        optional(inputs.jointK()),
        optional(inputs.jointV()));
  }

  private @Nullable Tensor optional(@Nullable Tensor tensor) {
    return tensor == null ? null : convert(tensor);
  }

  private Tensor convert(Tensor tensor) {
    return tensor.dtype() == target ? tensor : tensor.copy(arena, target);
  }
}
