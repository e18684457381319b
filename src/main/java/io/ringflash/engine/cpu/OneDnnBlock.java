package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.StopSignal;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A K/V block in the storage type, and its tiles of keys as oneDNN multiplies them, packed by the
 * first threads that need them. Tiles of one batch entry and K/V head are neighbours, each tile's
 * keys followed by its values.
 */
final class OneDnnBlock implements CpuBlock<OneDnnBlock> {
  private final AttentionShape shape;
  private final OneDnnProducts products;
  private final RawBlock raw;
  private final MemoryPool.Lease memory;
  private final MemorySegment packed;
  private final long keyBytes;
  private final long tileBytes;
  private KeyTileIndex tiles = new KeyTileIndex(List.of());
  private PackStates states = new PackStates(0);

  /**
   * @param raw is closed with this block
   */
  OneDnnBlock(
      AttentionShape shape,
      OneDnnProducts products,
      List<KeyValueBlock> candidates,
      RawBlock raw,
      MemoryPool.Lease memory) {
    this.shape = shape;
    this.products = products;
    this.raw = raw;
    this.memory = memory;
    this.keyBytes = wholeLines(products.keys().byteSize());
    this.tileBytes = tileBytes(products);
    int most = 0;
    for (KeyValueBlock candidate : candidates) {
      most = Math.max(most, new KeyTileIndex(candidate.parts()).count());
    }
    this.packed = memory.allocate(packedBytes(shape, products, most), PackedBlock.ALIGNMENT);
  }

  /** Bytes of so many packed tiles of every batch entry and K/V head. */
  static long packedBytes(AttentionShape shape, OneDnnProducts products, long tiles) {
    return Math.multiplyExact((long) shape.batch() * shape.kvHeads() * tiles, tileBytes(products));
  }

  private static long tileBytes(OneDnnProducts products) {
    return wholeLines(products.keys().byteSize()) + wholeLines(products.values().byteSize());
  }

  private static long wholeLines(long bytes) {
    return Math.ceilDiv(bytes, PackedBlock.ALIGNMENT) * PackedBlock.ALIGNMENT;
  }

  @Override
  public void load(KeyValueBlock block, WorkerPool pool, StopSignal stop) {
    raw.load(block, pool, stop);
    forget();
  }

  @Override
  public List<PositionSlice> positions() {
    return raw.positions();
  }

  @Override
  public void copy(OneDnnBlock source, WorkerPool pool) {
    raw.copy(source.raw, pool);
    forget();
  }

  private void forget() {
    tiles = new KeyTileIndex(raw.parts());
    states = new PackStates(Math.multiplyExact(shape.batch() * shape.kvHeads(), tiles.count()));
  }

  /** See {@link RawBlock#read}. */
  void read(int part, long from, Tensor keys, Tensor values) {
    raw.read(part, from, keys, values);
  }

  /** The block's tiles, of any head. */
  KeyTileIndex tiles() {
    return tiles;
  }

  /** Returns when all tiles of a head are packed. */
  void require(int head, OneDnnScratch scratch) {
    int first = head * tiles.count();
    for (int tile = 0; tile < tiles.count(); tile++) {
      states.begin(first + tile, index -> pack(index, scratch));
    }
    for (int tile = 0; tile < tiles.count(); tile++) {
      states.require(first + tile, index -> pack(index, scratch));
    }
  }

  private void pack(int index, OneDnnScratch scratch) {
    int head = index / tiles.count();
    int tile = index % tiles.count();
    int batch = head / shape.kvHeads();
    int kvHead = head % shape.kvHeads();
    KeyValuePart part = tiles.part(tile);
    long from = tiles.firstKey(tile);
    int count = (int) tiles.keys(tile).length();
    HeadRows k = HeadRows.of(part.k(), batch, from, kvHead);
    scratch.packKeys(products, k, count, keys(head, tile));
    HeadRows v = HeadRows.of(part.v(), batch, from, kvHead);
    scratch.packValues(products, v, count, values(head, tile));
  }

  /** A tile's packed keys. */
  MemorySegment keys(int head, int tile) {
    return packed.asSlice(offset(head, tile), keyBytes);
  }

  /** A tile's packed values. */
  MemorySegment values(int head, int tile) {
    return packed.asSlice(offset(head, tile) + keyBytes, tileBytes - keyBytes);
  }

  private long offset(int head, int tile) {
    return ((long) head * tiles.count() + tile) * tileBytes;
  }

  @Override
  public void close() {
    raw.close();
    memory.close();
  }
}
