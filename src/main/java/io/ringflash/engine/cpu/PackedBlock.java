package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import java.lang.foreign.MemorySegment;

/**
 * A K/V block as the vector kernel reads it: FP32, cut into tiles of {@value #KEYS} keys. A tile
 * holds K transposed, in panels of {@link #PANEL} keys ({@code [panel][headDim][key]}), then V in
 * panels of as many columns as the micro-kernel takes at once ({@code [panel][key][column]}).
 * Missing keys of a K panel and missing columns are zero. Tiles of one batch entry and K/V head are
 * neighbours.
 *
 * <p>A head's tiles are packed by the first threads that need them.
 */
final class PackedBlock {
  /** Keys per tile. */
  static final int KEYS = MicroKernel.DEPTH;

  /** Keys per panel of K: the columns of one tile of the micro-kernel. */
  static final int PANEL = MicroKernel.VECTORS * Simd.LANES;

  /** Cache lines. */
  static final long ALIGNMENT = 64;

  /** Of memory. Rows of neighbouring heads that share a page are read together. */
  private static final int PAGE_BYTES = 4096;

  private final AttentionShape shape;
  private final MemorySegment data;

  /** Elements of a row, padded. */
  private final int stride;

  private final long tileBytes;
  private final KeyTileIndex tiles;
  private final long keyCount;

  private final boolean[] finiteValues;
  private final PackStates states;

  /**
   * A block of which nothing is packed yet.
   *
   * @param data memory for it, {@link #byteSize(AttentionShape, KeyValueBlock)}
   */
  PackedBlock(AttentionShape shape, KeyValueBlock block, MemorySegment data) {
    this.shape = shape;
    this.data = data;
    this.stride = Simd.padded(shape.headDim());
    this.tileBytes = tileBytes(shape);
    this.tiles = new KeyTileIndex(block.parts());
    this.keyCount = block.length();
    this.finiteValues = new boolean[Math.multiplyExact(heads(), tiles.count())];
    this.states = new PackStates(finiteValues.length);
  }

  /** Bytes of {@code block}, packed. */
  static long byteSize(AttentionShape shape, KeyValueBlock block) {
    return byteSize(shape, new KeyTileIndex(block.parts()).count());
  }

  /** Bytes of so many tiles of every batch entry and K/V head. */
  static long byteSize(AttentionShape shape, long tiles) {
    return Math.multiplyExact((long) shape.batch() * shape.kvHeads() * tiles, tileBytes(shape));
  }

  private static long tileBytes(AttentionShape shape) {
    return (long) KEYS * (shape.headDim() + Simd.padded(shape.headDim())) * Float.BYTES;
  }

  /** Batch entries times K/V heads. */
  int heads() {
    return shape.batch() * shape.kvHeads();
  }

  /** Number of keys, of one batch entry and head. */
  long keyCount() {
    return keyCount;
  }

  /** The tiles of one batch entry and head. */
  KeyTileIndex tiles() {
    return tiles;
  }

  /** Holds all that has been {@link #require}d. */
  MemorySegment data() {
    return data;
  }

  /** Byte offset of the panel of a tile's K that begins with key {@code first}. */
  private long panelOffset(int head, int tile, int first) {
    return keyOffset(head, tile) + (long) first * shape.headDim() * Float.BYTES;
  }

  /** Byte offset of a tile's K; {@code head} counts batch entries and K/V heads together. */
  long keyOffset(int head, int tile) {
    return (long) index(head, tile) * tileBytes;
  }

  /** Byte offset of the panel of a tile's V that begins with {@code column}. */
  long valueOffset(int head, int tile, int column) {
    return keyOffset(head, tile) + (long) KEYS * (shape.headDim() + column) * Float.BYTES;
  }

  /** Columns of the panel of V that begins with {@code column}. */
  int panelWidth(int column) {
    return panelWidth(stride, column);
  }

  /** Columns of the panel that begins with {@code column} of rows of {@code stride} elements. */
  static int panelWidth(int stride, int column) {
    return MicroKernel.panelVectors((stride - column) / Simd.LANES) * Simd.LANES;
  }

  /** Whether a tile's V holds no NaN or infinity, so that a weight of 0 hides a key. */
  boolean finiteValues(int head, int tile) {
    return finiteValues[index(head, tile)];
  }

  private int index(int head, int tile) {
    return head * tiles.count() + tile;
  }

  /**
   * Returns when all tiles of a head are packed, and those of the heads after it that lie beside
   * its own in memory are at least begun.
   *
   * @param packer the calling thread's
   */
  void require(int head, Packer packer) {
    int end = endOfNeighbours(head);
    for (int tile = 0; tile < tiles.count(); tile++) {
      for (int neighbour = head; neighbour < end; neighbour++) {
        begin(neighbour, tile, packer);
      }
    }
    for (int tile = 0; tile < tiles.count(); tile++) {
      states.require(index(head, tile), index -> pack(index, packer));
    }
  }

  /** The head after the last one to be packed together with {@code head}. */
  private int endOfNeighbours(int head) {
    int endOfBatchEntry = (head / shape.kvHeads() + 1) * shape.kvHeads();
    int rowBytes = shape.headDim() * Float.BYTES;
    return Math.min(endOfBatchEntry, head + Math.max(1, PAGE_BYTES / rowBytes));
  }

  /** Packs a tile if nobody has begun with it. */
  void begin(int head, int tile, Packer packer) {
    states.begin(index(head, tile), index -> pack(index, packer));
  }

  /**
   * Takes over a head's tiles, all of which {@code source}, a block of the same keys, has packed.
   */
  void copyHead(PackedBlock source, int head) {
    long bytes = tiles.count() * tileBytes;
    MemorySegment.copy(source.data, source.keyOffset(head, 0), data, keyOffset(head, 0), bytes);
    for (int tile = 0; tile < tiles.count(); tile++) {
      finiteValues[index(head, tile)] = source.finiteValues(head, tile);
      states.set(index(head, tile));
    }
  }

  private void pack(int index, Packer packer) {
    int head = index / tiles.count();
    int tile = index % tiles.count();
    int batch = head / shape.kvHeads();
    int kvHead = head % shape.kvHeads();
    KeyValuePart source = tiles.part(tile);
    long from = tiles.firstKey(tile);
    int count = (int) tiles.keys(tile).length();
    boolean finite = true;
    for (int first = 0; first < count; first += PANEL) {
      int keys = Math.min(PANEL, count - first);
      HeadRows k = HeadRows.of(source.k(), batch, from + first, kvHead);
      packer.packKeys(k, keys, data, panelOffset(head, tile, first));
      HeadRows v = HeadRows.of(source.v(), batch, from + first, kvHead);
      finite &= packer.packValues(v, first, keys, data, valueOffset(head, tile, 0));
    }
    finiteValues[index] = finite;
  }
}
