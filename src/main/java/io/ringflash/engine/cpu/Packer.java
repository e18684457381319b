package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.PackedBlock.KEYS;
import static io.ringflash.engine.cpu.PackedBlock.PANEL;
import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.NATIVE;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import io.ringflash.attention.AttentionShape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** One worker's loops that bring rows into the layout of {@link PackedBlock}. */
final class Packer {
  private final FloatRows rows = new FloatRows();

  /** A panel of keys, {@code [key][headDim]}. */
  private final float[] panel = new float[PANEL * AttentionShape.MAX_HEAD_DIM];

  /** Distances of a vector of keys' elements in {@link #panel}. */
  private final int[] columnIndices = new int[LANES];

  /**
   * Transposes a panel: rows come in one after the other, columns go out as whole vectors.
   *
   * @param source begins with the panel's first key
   * @param count keys that there are, at most {@link PackedBlock#PANEL}
   * @param target holds the panel from byte {@code to} on
   */
  void packKeys(HeadRows source, int count, MemorySegment target, long to) {
    int stride = Simd.padded(source.headDim());
    rows.take(source, count, stride);
    copy(source, stride, count);
    Arrays.fill(panel, count * stride, PANEL * stride, 0);
    for (int lane = 0; lane < LANES; lane++) {
      columnIndices[lane] = lane * stride;
    }
    transpose(stride, source.headDim(), target, to);
  }

  private void copy(HeadRows source, int stride, int count) {
    MemorySegment data = rows.data();
    for (int key = 0; key < count; key++) {
      rows.prefetchAfter(source, key);
      long from = rows.at(key, 0);
      for (int d = 0; d < stride; d += LANES) {
        FloatRows.vector(data, from, d / LANES).intoArray(panel, key * stride + d);
      }
    }
  }

  private void transpose(int stride, int headDim, MemorySegment target, long to) {
    for (int d = 0; d < headDim; d++) {
      for (int key = 0; key < PANEL; key += LANES) {
        FloatVector column =
            FloatVector.fromArray(SPECIES, panel, key * stride + d, columnIndices, 0);
        column.intoMemorySegment(target, to + ((long) d * PANEL + key) * Float.BYTES, NATIVE);
      }
    }
  }

  /**
   * Cuts rows of V into a tile's panels, column after column.
   *
   * @param source begins with key {@code first} of the tile
   * @param count keys, at most {@link PackedBlock#PANEL}
   * @param target holds the tile's V from byte {@code to} on
   * @return whether no element is NaN or infinite
   */
  boolean packValues(HeadRows source, int first, int count, MemorySegment target, long to) {
    int stride = Simd.padded(source.headDim());
    rows.take(source, count, stride);
    MemorySegment data = rows.data();
    FloatVector zeroIfFinite = FloatVector.zero(SPECIES);
    int width;
    for (int column = 0; column < stride; column += width) {
      width = PackedBlock.panelWidth(stride, column);
      long at = to + ((long) column * KEYS + (long) first * width) * Float.BYTES;
      for (int key = 0; key < count; key++) {
        if (column == 0) {
          rows.prefetchAfter(source, key);
        }
        long from = rows.at(key, column);
        for (int d = 0; d < width; d += LANES) {
          FloatVector values = FloatRows.vector(data, from, d / LANES);
          zeroIfFinite = values.fma(FloatVector.zero(SPECIES), zeroIfFinite);
          values.intoMemorySegment(target, at, NATIVE);
          at += (long) LANES * Float.BYTES;
        }
      }
    }
    return Simd.sum(zeroIfFinite) == 0;
  }
}
