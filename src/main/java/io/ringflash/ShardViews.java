package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Views of the tokens of shards, in whole tensors or in one tensor per rank. */
final class ShardViews {
  private ShardViews() {}

  /** Per slice, its tokens in a tensor of the whole sequence. */
  static List<Tensor> ofWhole(Tensor whole, int dimension, List<PositionSlice> slices) {
    List<Tensor> views = new ArrayList<>(slices.size());
    for (PositionSlice slice : slices) {
      views.add(whole.slice(dimension, slice.start(), slice.length(), slice.stride()));
    }
    return views;
  }

  /** Per slice, its tokens in a tensor that holds one rank's slices one after the other. */
  static List<Tensor> ofRank(Tensor local, int dimension, List<PositionSlice> slices) {
    List<Tensor> views = new ArrayList<>();
    long at = 0;
    for (PositionSlice slice : slices) {
      views.add(local.slice(dimension, at, slice.length(), 1));
      at += slice.length();
    }
    return views;
  }

  /**
   * Copies one tensor per rank, {@code (batch, n, heads, headDim)}, into one of the whole sequence.
   */
  static Tensor gather(
      Arena arena, List<Tensor> locals, List<List<PositionSlice>> shards, long seqLen) {
    Tensor first = locals.getFirst();
    Tensor whole =
        Tensor.allocate(arena, first.dtype(), first.dim(0), seqLen, first.dim(2), first.dim(3));
    for (int rank = 0; rank < locals.size(); rank++) {
      List<Tensor> sources = ofRank(locals.get(rank), 1, shards.get(rank));
      List<Tensor> targets = ofWhole(whole, 1, shards.get(rank));
      for (int i = 0; i < sources.size(); i++) {
        targets.get(i).copyFrom(sources.get(i));
      }
    }
    return whole;
  }
}
