package io.ringflash.engine.tornado;

import io.ringflash.attention.PositionSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens that lie side by side in two packed tensors {@code (batch, token, head, headDim)}.
 *
 * @param from of the first in the one tensor, counted through all batch entries
 * @param to the same in the other one
 * @param count tokens
 */
record TokenRun(long from, long to, long count) {
  /**
   * How a tensor is filled from another one that holds all of its tokens, in as few runs as can be.
   *
   * @param source slices whose tokens the other tensor holds
   * @param target slices of this tensor, each of them neighbours of one of those
   * @throws IllegalArgumentException if the other tensor lacks some
   */
  static List<TokenRun> between(List<PositionSlice> source, List<PositionSlice> target, int batch) {
    List<TokenRun> runs = new ArrayList<>();
    long to = 0;
    for (int entry = 0; entry < batch; entry++) {
      for (PositionSlice slice : target) {
        if (slice.length() > 0) {
          long from = entry * tokens(source) + place(source, slice);
          add(runs, new TokenRun(from, to, slice.length()));
          to += slice.length();
        }
      }
    }
    return runs;
  }

  private static void add(List<TokenRun> runs, TokenRun next) {
    TokenRun last = runs.isEmpty() ? null : runs.getLast();
    if (last != null && last.from + last.count == next.from) {
      runs.set(runs.size() - 1, new TokenRun(last.from, last.to, last.count + next.count));
    } else {
      runs.add(next);
    }
  }

  private static long place(List<PositionSlice> source, PositionSlice wanted) {
    long before = 0;
    for (PositionSlice slice : source) {
      if (slice.contains(wanted)) {
        return before + slice.offset(wanted.start());
      }
      before += slice.length();
    }
    throw new IllegalArgumentException(
        "the block that is copied from should have %s but has %s".formatted(wanted, source));
  }

  private static long tokens(List<PositionSlice> slices) {
    return slices.stream().mapToLong(PositionSlice::length).sum();
  }
}
