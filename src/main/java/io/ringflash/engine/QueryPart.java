package io.ringflash.engine;

import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;

/**
 * One slice of a rank's queries, and where its results belong. The tensors are views of host
 * memory; a device may write a row's results while it still reads other rows' queries, so those for
 * results share none with what it reads.
 *
 * @param positions indices of the n queries
 * @param q {@code (batch, n, heads, headDim)}
 * @param out like q
 * @param lse FP32 {@code (batch, heads, n)}
 */
public record QueryPart(PositionSlice positions, Tensor q, Tensor out, Tensor lse) {}
