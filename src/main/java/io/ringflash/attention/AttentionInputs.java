package io.ringflash.attention;

import io.ringflash.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Whole tensors of one problem, as the oracle reads them.
 *
 * @param q {@code (batch, seqLenQ, heads, headDim)}
 * @param k {@code (batch, seqLenK, kvHeads, headDim)}
 * @param v like k
 * @param jointQ queries that see everything, {@code (batch, n, heads, headDim)}, or null
 * @param jointK keys that everything sees, {@code (batch, n, kvHeads, headDim)}, or null
 * @param jointV like jointK, or null
 */
public record AttentionInputs(
    Tensor q,
    Tensor k,
    Tensor v,
    @Nullable Tensor jointQ,
    @Nullable Tensor jointK,
    @Nullable Tensor jointV) {

  /** Inputs without joint tokens. */
  public AttentionInputs(Tensor q, Tensor k, Tensor v) {
    this(q, k, v, null, null, null);
  }

  /** Joint keys, 0 without any. */
  public long jointKeys() {
    return jointK == null ? 0 : jointK.dim(1);
  }

  /** Joint queries, 0 without any. */
  public long jointQueries() {
    return jointQ == null ? 0 : jointQ.dim(1);
  }
}
