package io.ringflash.tensor.io;

import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;

/** A tensor of an open file: described, and not yet loaded. */
interface StoredTensor {
  TensorInfo info();

  /**
   * The contiguous tensor, which lives as long as {@code arena}. All tensors of one open file are
   * loaded into the same arena.
   */
  Tensor load(Arena arena) throws IOException;
}
