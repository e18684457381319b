package io.ringflash.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/** A copy of the attention of some rows and one stretch of keys. */
final class StretchResult {
  private final float[] maxima;
  private final float[] sums;

  /** {@code [row][stride]}. */
  private final MemorySegment accumulators;

  private int batch;

  /**
   * Room for a result.
   *
   * @param stride elements of a row's accumulator, of whole vectors
   */
  StretchResult(int rows, int stride, SegmentAllocator memory) {
    this.maxima = new float[rows];
    this.sums = new float[rows];
    this.accumulators =
        memory.allocate((long) rows * stride * Float.BYTES, Simd.SPECIES.vectorByteSize());
  }

  /**
   * Copies a result from the scratch memory that it was computed in.
   *
   * @param batch entry that the stretch is of
   */
  void copy(int batch, TileRows tile) {
    this.batch = batch;
    for (int r = 0; r < maxima.length; r++) {
      // NaN scores are no maximum, but make the sum NaN: such a row is not an empty one.
      maxima[r] = Float.isNaN(tile.sum(r)) ? Float.NaN : tile.max(r);
      sums[r] = tile.sum(r);
    }
    int elements = (int) (accumulators.byteSize() / Float.BYTES);
    MemorySegment.copy(tile.accumulators, 0, accumulators, ValueLayout.JAVA_FLOAT, 0, elements);
  }

  int batch() {
    return batch;
  }

  /** Whether row {@code r} sees no key of the stretch. */
  boolean isEmpty(int r) {
    return maxima[r] == Float.NEGATIVE_INFINITY;
  }

  float max(int r) {
    return maxima[r];
  }

  float sum(int r) {
    return sums[r];
  }

  MemorySegment accumulators() {
    return accumulators;
  }
}
