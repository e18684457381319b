package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.StopSignal;
import io.ringflash.engine.TokenCount;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * A K/V block as the vector kernel reads it: FP32, cut into tiles of {@value #KEYS} keys. A tile
 * holds K transposed, in panels of {@link #PANEL} keys ({@code [panel][headDim][key]}), then V in
 * panels of as many columns as the micro-kernel takes at once ({@code [panel][key][column]}).
 * Missing keys of a K panel and missing columns are zero. Tiles of one batch entry and K/V head are
 * neighbours.
 *
 * <p>Tiles begin at multiples of {@value #KEYS} keys of their slice, so that a row's sums are
 * grouped the same way wherever slices begin at such multiples of the sequence.
 */
final class PackedBlock implements CpuBlock<PackedBlock> {
  /** Keys per tile. */
  static final int KEYS = MicroKernel.DEPTH;

  /** Keys per panel of K: the columns of one tile of the micro-kernel. */
  static final int PANEL = MicroKernel.VECTORS * Simd.LANES;

  /** The time of packing one element of K and V, in floating-point operations of a thread. */
  private static final long PACK_OPERATIONS = 100;

  /** The time of copying one packed element of K and V. */
  private static final long COPY_OPERATIONS = 20;

  private final MemoryPool.Lease memory;
  private final AttentionShape shape;

  /** Elements of a row, padded. */
  private final int stride;

  private final long tileBytes;
  private final MemorySegment data;
  private final boolean[] finiteValues;

  /** Distances of a vector of keys' elements in padded rows. */
  private final int[] columnIndices;

  private final int maxTiles;
  private List<PositionSlice> tiles = List.of();
  private int[] firstTiles = {};

  PackedBlock(AttentionShape shape, List<KeyValueBlock> candidates, MemoryPool.Lease memory) {
    this.memory = memory;
    this.shape = shape;
    this.stride = Simd.padded(shape.headDim());
    this.tileBytes = tileBytes(shape);
    this.maxTiles = candidates.stream().mapToInt(PackedBlock::tileCount).max().orElse(0);
    this.columnIndices = new int[Simd.LANES];
    Arrays.setAll(columnIndices, lane -> lane * stride);
    int heads = shape.batch() * shape.kvHeads();
    this.data = memory.allocate(Math.multiplyExact((long) heads * maxTiles, tileBytes), 64);
    this.finiteValues = new boolean[Math.multiplyExact(heads, maxTiles)];
  }

  /** Bytes of a block with room for {@code keys}. */
  static long byteSize(AttentionShape shape, TokenCount keys) {
    return shape.batch() * shape.kvHeads() * keys.tiles(KEYS) * tileBytes(shape);
  }

  private static long tileBytes(AttentionShape shape) {
    return (long) KEYS * (shape.headDim() + Simd.padded(shape.headDim())) * Float.BYTES;
  }

  /** Packs {@code block}. */
  @Override
  public void load(KeyValueBlock block, WorkerPool pool, StopSignal stop) {
    List<PositionSlice> newTiles = new ArrayList<>();
    List<KeyValuePart> sources = new ArrayList<>();
    firstTiles = new int[block.parts().size()];
    for (int i = 0; i < firstTiles.length; i++) {
      KeyValuePart part = block.parts().get(i);
      firstTiles[i] = newTiles.size();
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
        PACK_OPERATIONS * heads * block.length() * shape.headDim(),
        item -> {
          stop.check();
          pack(item / sources.size(), item % sources.size(), sources);
        });
  }

  /** Index of the first tile of a slice. */
  int firstTile(int part) {
    return firstTiles[part];
  }

  /** Copies packed tiles. */
  @Override
  public void copy(PackedBlock source, WorkerPool pool) {
    tiles = source.tiles;
    firstTiles = source.firstTiles;
    int heads = shape.batch() * shape.kvHeads();
    long keys = tiles.stream().mapToLong(PositionSlice::length).sum();
    pool.run(
        heads, COPY_OPERATIONS * heads * keys * shape.headDim(), head -> copyHead(source, head));
  }

  private void copyHead(PackedBlock source, int head) {
    long from = source.keyOffset(head, 0);
    MemorySegment.copy(source.data, from, data, keyOffset(head, 0), tiles.size() * tileBytes);
    System.arraycopy(
        source.finiteValues, head * source.maxTiles, finiteValues, head * maxTiles, tiles.size());
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

  /** Byte offset of the panel of a tile's V that begins with {@code column}. */
  long valueOffset(int head, int tile, int column) {
    return keyOffset(head, tile) + (long) KEYS * (shape.headDim() + column) * Float.BYTES;
  }

  /** Columns of the panel of V that begins with {@code column}. */
  int panelWidth(int column) {
    return MicroKernel.panelVectors((stride - column) / Simd.LANES) * Simd.LANES;
  }

  /** Whether a tile's V holds no NaN or infinity, so that a weight of 0 hides a key. */
  boolean finiteValues(int head, int tile) {
    return finiteValues[head * maxTiles + tile];
  }

  @Override
  public void close() {
    memory.close();
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
        packValues(source.v(), batch, kvHead, valueOffset(head, tile, 0));
  }

  /** Transposes each panel: rows come in one after the other, columns go out as whole vectors. */
  private void packKeys(Tensor k, int batch, int kvHead, long target) {
    int count = (int) k.dim(1);
    float[] panel = new float[PANEL * stride];
    long panelBytes = (long) PANEL * shape.headDim() * Float.BYTES;
    for (int first = 0; first < count; first += PANEL) {
      int keys = Math.min(PANEL, count - first);
      HeadRows rows = HeadRows.of(k, batch, first, kvHead);
      for (int key = 0; key < keys; key++) {
        for (int d = 0; d < stride; d += Simd.LANES) {
          rows.load(key, d).intoArray(panel, key * stride + d);
        }
      }
      Arrays.fill(panel, keys * stride, panel.length, 0);
      transpose(panel, target + first / PANEL * panelBytes);
    }
  }

  private void transpose(float[] panel, long target) {
    for (int d = 0; d < shape.headDim(); d++) {
      for (int key = 0; key < PANEL; key += Simd.LANES) {
        FloatVector column =
            FloatVector.fromArray(Simd.SPECIES, panel, key * stride + d, columnIndices, 0);
        long at = target + ((long) d * PANEL + key) * Float.BYTES;
        column.intoMemorySegment(data, at, Simd.NATIVE);
      }
    }
  }

  /** Cuts rows into panels, column after column. */
  private boolean packValues(Tensor v, int batch, int kvHead, long target) {
    int count = (int) v.dim(1);
    HeadRows rows = HeadRows.of(v, batch, 0, kvHead);
    FloatVector zeroIfFinite = FloatVector.zero(Simd.SPECIES);
    int width;
    for (int column = 0; column < stride; column += width) {
      width = panelWidth(column);
      long panel = target + (long) column * KEYS * Float.BYTES;
      for (int key = 0; key < count; key++) {
        for (int d = 0; d < width; d += Simd.LANES) {
          FloatVector values = rows.load(key, column + d);
          zeroIfFinite = values.fma(FloatVector.zero(Simd.SPECIES), zeroIfFinite);
          long at = panel + ((long) key * width + d) * Float.BYTES;
          values.intoMemorySegment(data, at, Simd.NATIVE);
        }
      }
    }
    return Simd.sum(zeroIfFinite) == 0;
  }
}
