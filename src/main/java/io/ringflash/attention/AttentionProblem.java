package io.ringflash.attention;

import io.ringflash.tensor.DType;

/**
 * What is to be computed: sizes, storage type and the rule that makes a weight of a query and a
 * key.
 *
 * <p>Score of a query at position p and a key at position j: {@code s = scale·(q·k)}; with a
 * softcap c, {@code s = c·tanh(s / c)}; then ALiBi, {@code s −= slope·|p − j|}; then the mask.
 * Weights are the softmax of the visible scores, then dropout.
 *
 * @param shape sizes
 * @param dtype storage type of q, k, v and out
 * @param mask visible keys
 * @param scale factor of q·k
 * @param softcap bound of scores, 0 for none
 * @param alibi linear biases
 * @param dropout of weights
 */
public record AttentionProblem(
    AttentionShape shape,
    DType dtype,
    AttentionMask mask,
    float scale,
    float softcap,
    Alibi alibi,
    Dropout dropout) {
  /**
   * @throws IllegalArgumentException if scale is not finite, softcap is negative or not finite, or
   *     the slopes do not fit
   */
  public AttentionProblem {
    if (!Float.isFinite(scale)) {
      throw new IllegalArgumentException("scale should be finite but got " + scale);
    }
    if (!(softcap >= 0 && Float.isFinite(softcap))) {
      throw new IllegalArgumentException(
          "softcap should be 0 (off) or positive and finite but got " + softcap);
    }
    alibi.requireFits(shape);
  }

  /** A problem with none of the options: no mask, scale 1/√headDim. */
  public static AttentionProblem plain(AttentionShape shape, DType dtype) {
    return new AttentionProblem(
        shape,
        dtype,
        AttentionMask.NONE,
        defaultScale(shape.headDim()),
        0,
        Alibi.NONE,
        Dropout.NONE);
  }

  /** Bytes that the keys and values of so many tokens take, in all batch entries. */
  public long keyValueBytes(long tokens) {
    long token = 2L * shape.batch() * shape.kvHeads() * shape.headDim() * dtype.byteSize();
    return Math.multiplyExact(tokens, token);
  }

  /** The same attention of as many queries and keys. */
  public AttentionProblem withLengths(long seqLenQ, long seqLenK) {
    AttentionShape other =
        new AttentionShape(
            shape.batch(), seqLenQ, seqLenK, shape.heads(), shape.kvHeads(), shape.headDim());
    return new AttentionProblem(other, dtype, mask, scale, softcap, alibi, dropout);
  }

  /** 1/√headDim. */
  public static float defaultScale(int headDim) {
    return (float) (1 / Math.sqrt(headDim));
  }

  /** Position of query 0: queries are aligned with the last keys. */
  public long queryOffset() {
    return shape.seqLenK() - shape.seqLenQ();
  }
}
