package io.ringflash.experiment;

import io.ringflash.attention.AttentionShape;

/** Sizes as {@code B,S,H,D[,KVH[,SK]]}: batch, tokens, heads, headDim, K/V heads, keys. */
public final class ShapeText {
  private static final int BATCH = 0;
  private static final int TOKENS = 1;
  private static final int HEADS = 2;
  private static final int HEAD_DIM = 3;
  private static final int KV_HEADS = 4;
  private static final int KEYS = 5;

  private ShapeText() {}

  /**
   * @throws IllegalArgumentException unless {@code text} is a shape
   */
  public static AttentionShape parse(String text) {
    String[] fields = text.split(",", -1);
    if (fields.length <= HEAD_DIM || fields.length > KEYS + 1) {
      throw malformed(text);
    }
    int[] sizes = new int[fields.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(fields[i], text);
    }
    return new AttentionShape(
        sizes[BATCH],
        sizes[TOKENS],
        sizes.length > KEYS ? sizes[KEYS] : sizes[TOKENS],
        sizes[HEADS],
        sizes.length > KV_HEADS ? sizes[KV_HEADS] : sizes[HEADS],
        sizes[HEAD_DIM]);
  }

  private static int size(String field, String text) {
    try {
      return Integer.parseInt(field.strip());
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "should be 4 to 6 numbers B,S,H,D[,KVH[,SK]] but got '%s'".formatted(text));
  }
}
