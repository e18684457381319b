package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValueBuffer;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.tensor.OffHeap;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A K/V block as the vector kernel reads it: FP32, cut into tiles of {@value #KEYS} keys. A tile
 * holds K transposed, in panels of {@link #PANEL} keys ({@code [panel][headDim][key]}), then V
 * ({@code [key][padded headDim]}). Missing keys and columns are zero. Tiles of one batch entry and
 * K/V head are neighbours.
 *
 * <p>Tiles begin at multiples of {@value #KEYS} keys of their slice, so that a row's sums are
 * grouped the same way wherever slices begin at such multiples of the sequence.
 */
final class PackedBlock implements KeyValueBuffer {
  /** Keys per tile. */
  static final int KEYS = 128;

  /** Keys per panel of K: the columns of one tile of the micro-kernel. */
  static final int PANEL = MicroKernel.VECTORS * Simd.LANES;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final Arena arena = Arena.ofShared();
  private final AttentionShape shape;
  private final int valueStride;
  private final long tileBytes;
  private final MemorySegment data;
  private final boolean[] finiteValues;
  private final int maxTiles;
  private List<PositionSlice> tiles = List.of();

  PackedBlock(AttentionShape shape, List<KeyValueBlock> candidates) {
    this.shape = shape;
    this.valueStride = Simd.padded(shape.headDim());
    this.tileBytes = (long) KEYS * (shape.headDim() + valueStride) * Float.BYTES;
    this.maxTiles = candidates.stream().mapToInt(PackedBlock::tileCount).max().orElse(0);
    int heads = shape.batch() * shape.kvHeads();
    this.data = OffHeap.allocate(arena, Math.multiplyExact((long) heads * maxTiles, tileBytes));
    this.finiteValues = new boolean[Math.multiplyExact(heads, maxTiles)];
  }

  /** Packs {@code block}, with as many threads as {@code pool} has free. */
  void load(KeyValueBlock block, WorkerPool pool) {
    List<PositionSlice> newTiles = new ArrayList<>();
    List<KeyValuePart> sources = new ArrayList<>();
    for (KeyValuePart part : block.parts()) {
      for (long at = 0; at < part.positions().length(); at += KEYS) {
        long count = Math.min(KEYS, part.positions().length() - at);
        newTiles.add(part.positions().sub(at, count));
        Tensor k = part.k().slice(1, at, count, 1);
        Tensor v = part.v().slice(1, at, count, 1);
        sources.add(new KeyValuePart(part.positions(), k, v));
      }
    }
    tiles = newTiles;
    int heads = shape.batch() * shape.kvHeads();
    pool.run(
        heads * sources.size(),
        item -> pack(item / sources.size(), item % sources.size(), sources));
  }

  /** Each tile's keys. */
  List<PositionSlice> tiles() {
    return tiles;
  }

  MemorySegment data() {
    return data;
  }

  /** Byte offset of a tile's K; {@code head} counts batch entries and K/V heads together. */
  long keyOffset(int head, int tile) {
    return ((long) head * maxTiles + tile) * tileBytes;
  }

  /** Byte offset of a tile's V. */
  long valueOffset(int head, int tile) {
    return keyOffset(head, tile) + (long) KEYS * shape.headDim() * Float.BYTES;
  }

  /** Elements between a tile's rows of V. */
  int valueStride() {
    return valueStride;
  }

  /** Whether a tile's V holds no NaN or infinity, so that a weight of 0 hides a key. */
  boolean finiteValues(int head, int tile) {
    return finiteValues[head * maxTiles + tile];
  }

  @Override
  public void close() {
    arena.close();
  }

  private static int tileCount(KeyValueBlock block) {
    return block.parts().stream()
        .mapToInt(part -> Math.toIntExact(Math.ceilDiv(part.positions().length(), KEYS)))
        .sum();
  }

  private void pack(int head, int tile, List<KeyValuePart> sources) {
    int batch = head / shape.kvHeads();
    int kvHead = head % shape.kvHeads();
    KeyValuePart source = sources.get(tile);
    packKeys(source.k(), batch, kvHead, keyOffset(head, tile));
    finiteValues[head * maxTiles + tile] =
        packValues(source.v(), batch, kvHead, valueOffset(head, tile));
  }

  private void packKeys(Tensor k, int batch, int kvHead, long target) {
    int count = (int) k.dim(1);
    int headDim = shape.headDim();
    if (count < KEYS) {
      data.asSlice(target, (long) KEYS * headDim * Float.BYTES).fill((byte) 0);
    }
    float[] row = new float[headDim];
    for (int key = 0; key < count; key++) {
      k.readRow(row, 0, batch, key, kvHead);
      long at = target / Float.BYTES + (long) (key / PANEL) * headDim * PANEL + key % PANEL;
      for (int d = 0; d < headDim; d++) {
        data.setAtIndex(FLOAT, at + (long) d * PANEL, row[d]);
      }
    }
  }

  private boolean packValues(Tensor v, int batch, int kvHead, long target) {
    int count = (int) v.dim(1);
    int headDim = shape.headDim();
    if (count < KEYS) {
      data.asSlice(target, (long) KEYS * valueStride * Float.BYTES).fill((byte) 0);
    }
    float[] row = new float[headDim];
    float zeroIfFinite = 0;
    for (int key = 0; key < count; key++) {
      v.readRow(row, 0, batch, key, kvHead);
      for (float value : row) {
        zeroIfFinite += value * 0;
      }
      long at = target + (long) key * valueStride * Float.BYTES;
      MemorySegment.copy(row, 0, data, FLOAT, at, headDim);
    }
    return zeroIfFinite == 0;
  }
}
