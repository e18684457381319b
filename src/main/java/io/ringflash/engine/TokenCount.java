package io.ringflash.engine;

import io.ringflash.attention.PositionSlice;
import java.util.List;

/**
 * A number of tokens, in so many slices. Kernels cut each slice into tiles of its own.
 *
 * @param tokens in all
 * @param slices that hold them
 */
public record TokenCount(long tokens, int slices) {
  public static TokenCount of(List<PositionSlice> slices) {
    long tokens = 0;
    for (PositionSlice slice : slices) {
      tokens += slice.length();
    }
    return new TokenCount(tokens, slices.size());
  }

  /** The larger number of tokens, and the larger number of slices. */
  public TokenCount max(TokenCount other) {
    return new TokenCount(Math.max(tokens, other.tokens), Math.max(slices, other.slices));
  }

  /** Tiles of {@code tileTokens} tokens that they may need. */
  public long tiles(int tileTokens) {
    return tokens / tileTokens + slices;
  }
}
