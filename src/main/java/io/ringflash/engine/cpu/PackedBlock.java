package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A K/V block as the vector kernel reads it: FP32, cut into tiles of {@value #KEYS} keys. A tile
 * holds K transposed, in panels of {@link #PANEL} keys ({@code [panel][headDim][key]}), then V in
 * panels of as many columns as the micro-kernel takes at once ({@code [panel][key][column]}).
 * Missing keys of a K panel and missing columns are zero. Tiles of one batch entry and K/V head are
 * neighbours.
 *
 * <p>Tiles begin at multiples of {@value #KEYS} keys of their slice, so that a row's sums are
 * grouped the same way wherever slices begin at such multiples of the sequence.
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

  /** How often a thread looks whether another one has packed a tile, some tens of microseconds. */
  private static final int LOOKS = 2000;

  private static final int RAW = 0;
  private static final int UNDER_WAY = 1;
  private static final int PACKED = 2;

  private final AttentionShape shape;
  private final MemorySegment data;

  /** Elements of a row, padded. */
  private final int stride;

  private final long tileBytes;
  private final List<KeyValuePart> parts;
  private final long keyCount;
  private final int tileCount;

  /** Of each slice. */
  private final int[] firstTiles;

  private final boolean[] finiteValues;
  private final AtomicIntegerArray states;

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
    this.parts = block.parts();
    this.keyCount = block.length();
    this.firstTiles = new int[parts.size()];
    long tiles = 0;
    for (int i = 0; i < firstTiles.length; i++) {
      firstTiles[i] = Math.toIntExact(tiles);
      tiles += tileCount(parts.get(i));
    }
    this.tileCount = Math.toIntExact(tiles);
    this.finiteValues = new boolean[Math.multiplyExact(heads(), tileCount)];
    this.states = new AtomicIntegerArray(finiteValues.length);
  }

  private static long tileCount(KeyValuePart part) {
    return Math.ceilDiv(part.positions().length(), KEYS);
  }

  /** Bytes of {@code block}, packed. */
  static long byteSize(AttentionShape shape, KeyValueBlock block) {
    long tiles = 0;
    for (KeyValuePart part : block.parts()) {
      tiles += tileCount(part);
    }
    return byteSize(shape, tiles);
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

  /** Index of the first tile of a slice. */
  int firstTile(int part) {
    return firstTiles[part];
  }

  /** Number of keys, of one batch entry and head. */
  long keyCount() {
    return keyCount;
  }

  /** Number of tiles of one batch entry and head. */
  int tileCount() {
    return tileCount;
  }

  /** A tile's keys. */
  PositionSlice tile(int index) {
    int part = partOf(index);
    PositionSlice keys = parts.get(part).positions();
    long from = firstKey(part, index);
    return keys.sub(from, Math.min(KEYS, keys.length() - from));
  }

  /** The slice that a tile is of. */
  private int partOf(int tile) {
    int part = firstTiles.length - 1;
    while (firstTiles[part] > tile) {
      part--;
    }
    return part;
  }

  /** First key of a tile, counted within its slice. */
  private long firstKey(int part, int tile) {
    return (long) (tile - firstTiles[part]) * KEYS;
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
    return head * tileCount + tile;
  }

  /**
   * Returns when all tiles of a head are packed, and those of the heads after it that lie beside
   * its own in memory are at least begun; threads that need the same ones share the work. If
   * another thread has begun with a tile but does not get on, this one packs it, too: both write
   * the same bits.
   *
   * @param packer the calling thread's
   */
  void require(int head, Packer packer) {
    int end = endOfNeighbours(head);
    for (int tile = 0; tile < tileCount; tile++) {
      for (int neighbour = head; neighbour < end; neighbour++) {
        begin(neighbour, tile, packer);
      }
    }
    for (int tile = 0; tile < tileCount; tile++) {
      if (!becomesPacked(index(head, tile))) {
        pack(head, tile, packer);
      }
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
    int index = index(head, tile);
    if (states.get(index) == RAW && states.compareAndSet(index, RAW, UNDER_WAY)) {
      pack(head, tile, packer);
    }
  }

  private boolean becomesPacked(int index) {
    for (int i = 0; i < LOOKS; i++) {
      if (states.get(index) == PACKED) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /**
   * Takes over a head's tiles, all of which {@code source}, a block of the same keys, has packed.
   */
  void copyHead(PackedBlock source, int head) {
    long bytes = tileCount * tileBytes;
    MemorySegment.copy(source.data, source.keyOffset(head, 0), data, keyOffset(head, 0), bytes);
    for (int tile = 0; tile < tileCount; tile++) {
      finiteValues[index(head, tile)] = source.finiteValues(head, tile);
      states.set(index(head, tile), PACKED);
    }
  }

  private void pack(int head, int tile, Packer packer) {
    int batch = head / shape.kvHeads();
    int kvHead = head % shape.kvHeads();
    int part = partOf(tile);
    KeyValuePart source = parts.get(part);
    long from = firstKey(part, tile);
    int count = (int) tile(tile).length();
    boolean finite = true;
    for (int first = 0; first < count; first += PANEL) {
      int keys = Math.min(PANEL, count - first);
      HeadRows k = HeadRows.of(source.k(), batch, from + first, kvHead);
      packer.packKeys(k, keys, data, panelOffset(head, tile, first));
      HeadRows v = HeadRows.of(source.v(), batch, from + first, kvHead);
      finite &= packer.packValues(v, first, keys, data, valueOffset(head, tile, 0));
    }
    finiteValues[index(head, tile)] = finite;
    states.set(index(head, tile), PACKED);
  }
}
