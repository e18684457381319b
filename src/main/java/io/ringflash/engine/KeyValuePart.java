package io.ringflash.engine;

import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;

/**
 * One slice of a K/V block, in host memory.
 *
 * @param positions indices of the n keys
 * @param k {@code (batch, n, kvHeads, headDim)}
 * @param v like k
 */
public record KeyValuePart(PositionSlice positions, Tensor k, Tensor v) {
  /** Those of {@code keys}, which the slice contains. */
  KeyValuePart only(PositionSlice keys) {
    long from = positions.offset(keys.start());
    return new KeyValuePart(
        keys, k.slice(1, from, keys.length(), 1), v.slice(1, from, keys.length(), 1));
  }
}
