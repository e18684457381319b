package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Kernels between the tensors' layout, {@code (batch, token, head, headDim)} in the storage type,
 * and the fold kernels': FP32 {@code [batch and head][tile]} of {@code [token][padded headDim]}, or
 * transposed for Q and K, with zeros where a tile or a row ends early. One group of {@value
 * #THREADS} threads takes one head's tile.
 *
 * <p>Numbers travel as their bits: the same device memory is an array of floats for one kernel and
 * one of integers for another. So no conversion depends on what a backend makes of half precision.
 */
final class LayoutKernels {
  static final int THREADS = 128;

  private static final int EXPONENT = 0x7F800000;

  private LayoutKernels() {}

  /**
   * From FP32. Tiles that hold a NaN or infinity get the table's stamp in {@code nonFinite}.
   *
   * @param transposed 1 for {@code [padded headDim][token]}, otherwise 0
   */
  static void unpackFloat(
      KernelContext c,
      IntArray source,
      IntArray target,
      IntArray table,
      IntArray nonFinite,
      int transposed) {
    int tiles = table.get(TileTable.TILES);
    int heads = table.get(TileTable.HEADS);
    int length = table.get(TileTable.LENGTH);
    int headDim = table.get(TileTable.HEAD_DIM);
    int padded = table.get(TileTable.PADDED);
    int rowHead = KernelMath.quotient(c.groupIdx, tiles);
    int tile = c.groupIdx - rowHead * tiles;
    int batch = KernelMath.quotient(rowHead, heads);
    int head = rowHead - batch * heads;
    int at = TileTable.HEADER + tile * TileTable.ENTRY;
    int count = table.get(at + TileTable.COUNT);
    int first = batch * length + table.get(at + TileTable.SOURCE);
    int found = 0;
    for (int i = c.localIdx; i < TileTable.TOKENS * padded; i += THREADS) {
      int token = KernelMath.quotient(i, padded);
      int column = i - token * padded;
      if (transposed != 0) {
        column = i / TileTable.TOKENS;
        token = i - column * TileTable.TOKENS;
      }
      int bits = 0;
      if (token < count) {
        if (column < headDim) {
          bits = source.get(((first + token) * heads + head) * headDim + column);
        }
      }
      found = (bits & EXPONENT) == EXPONENT ? 1 : found;
      target.set(c.groupIdx * TileTable.TOKENS * padded + i, bits);
    }
    if (found != 0) {
      nonFinite.set(c.groupIdx, table.get(TileTable.STAMP));
    }
  }

  /** From FP16 ({@code brain} 0) or BF16 ({@code brain} 1); otherwise as {@link #unpackFloat}. */
  static void unpackShort(
      KernelContext c,
      ShortArray source,
      IntArray target,
      IntArray table,
      IntArray nonFinite,
      int brain,
      int transposed) {
    int tiles = table.get(TileTable.TILES);
    int heads = table.get(TileTable.HEADS);
    int length = table.get(TileTable.LENGTH);
    int headDim = table.get(TileTable.HEAD_DIM);
    int padded = table.get(TileTable.PADDED);
    int rowHead = KernelMath.quotient(c.groupIdx, tiles);
    int tile = c.groupIdx - rowHead * tiles;
    int batch = KernelMath.quotient(rowHead, heads);
    int head = rowHead - batch * heads;
    int at = TileTable.HEADER + tile * TileTable.ENTRY;
    int count = table.get(at + TileTable.COUNT);
    int first = batch * length + table.get(at + TileTable.SOURCE);
    int found = 0;
    for (int i = c.localIdx; i < TileTable.TOKENS * padded; i += THREADS) {
      int token = KernelMath.quotient(i, padded);
      int column = i - token * padded;
      if (transposed != 0) {
        column = i / TileTable.TOKENS;
        token = i - column * TileTable.TOKENS;
      }
      int stored = 0;
      if (token < count) {
        if (column < headDim) {
          stored = source.get(((first + token) * heads + head) * headDim + column) & 0xFFFF;
        }
      }
      int bits = stored << 16;
      if (brain == 0) {
        bits = KernelMath.halfToFloatBits(stored);
      }
      found = (bits & EXPONENT) == EXPONENT ? 1 : found;
      target.set(c.groupIdx * TileTable.TOKENS * padded + i, bits);
    }
    if (found != 0) {
      nonFinite.set(c.groupIdx, table.get(TileTable.STAMP));
    }
  }

  /** Scales the queries, and sets the state of no key at all: (0, −∞, 0). */
  static void clear(
      KernelContext c,
      FloatArray queries,
      FloatArray acc,
      FloatArray maxima,
      FloatArray sums,
      FloatArray scalars,
      IntArray table) {
    int padded = table.get(TileTable.PADDED);
    int tileRow = c.groupIdx * TileTable.TOKENS;
    float scale = scalars.get(KernelShape.SCALE);
    for (int i = c.localIdx; i < TileTable.TOKENS * padded; i += THREADS) {
      int element = tileRow * padded + i;
      queries.set(element, queries.get(element) * scale);
      acc.set(element, 0f);
    }
    if (c.localIdx < TileTable.TOKENS) {
      maxima.set(tileRow + c.localIdx, scalars.get(KernelShape.NONE));
    }
    int parts = ShardMemory.PARTIAL_SUMS * TileTable.TOKENS;
    for (int i = c.localIdx; i < parts; i += THREADS) {
      sums.set(c.groupIdx * parts + i, 0f);
    }
  }

  /** Divides the accumulators in place, and writes lse {@code (batch, head, token)}. */
  static void normalise(
      KernelContext c,
      FloatArray acc,
      FloatArray maxima,
      FloatArray sums,
      IntArray table,
      FloatArray lse) {
    int tiles = table.get(TileTable.TILES);
    int length = table.get(TileTable.LENGTH);
    int padded = table.get(TileTable.PADDED);
    int rowHead = KernelMath.quotient(c.groupIdx, tiles);
    int tile = c.groupIdx - rowHead * tiles;
    int tileRow = c.groupIdx * TileTable.TOKENS;
    int at = TileTable.HEADER + tile * TileTable.ENTRY;
    int first = rowHead * length + table.get(at + TileTable.SOURCE);
    float[] total = c.allocateFloatLocalArray(TileTable.TOKENS);
    if (c.localIdx < TileTable.TOKENS) {
      float sum = 0f;
      for (int part = 0; part < ShardMemory.PARTIAL_SUMS; part++) {
        int partOfRow = tileRow * ShardMemory.PARTIAL_SUMS + part * TileTable.TOKENS;
        sum += sums.get(partOfRow + c.localIdx);
      }
      total[c.localIdx] = sum;
    }
    c.localBarrier();
    for (int i = c.localIdx; i < TileTable.TOKENS * padded; i += THREADS) {
      float sum = total[KernelMath.quotient(i, padded)];
      // Adding +0 gives a zero of either sign the same bits, however many blocks were folded in.
      float value = acc.get(tileRow * padded + i) / sum + 0f;
      // A NaN score leaves the maximum alone and makes the sum NaN: such a row is not empty.
      acc.set(tileRow * padded + i, KernelMath.positive(sum) == 0 ? 0f : value);
    }
    if (c.localIdx < table.get(at + TileTable.COUNT)) {
      float sum = total[c.localIdx];
      // The maximum of an empty row is −∞.
      float max = maxima.get(tileRow + c.localIdx);
      float value = max + TornadoMath.log(sum);
      lse.set(first + c.localIdx, KernelMath.positive(sum) == 0 ? max : value);
    }
  }

  /** To FP32. */
  static void packFloat(KernelContext c, IntArray source, IntArray target, IntArray table) {
    int tiles = table.get(TileTable.TILES);
    int heads = table.get(TileTable.HEADS);
    int length = table.get(TileTable.LENGTH);
    int headDim = table.get(TileTable.HEAD_DIM);
    int padded = table.get(TileTable.PADDED);
    int rowHead = KernelMath.quotient(c.groupIdx, tiles);
    int tile = c.groupIdx - rowHead * tiles;
    int batch = KernelMath.quotient(rowHead, heads);
    int head = rowHead - batch * heads;
    int at = TileTable.HEADER + tile * TileTable.ENTRY;
    int count = table.get(at + TileTable.COUNT);
    int first = batch * length + table.get(at + TileTable.SOURCE);
    for (int i = c.localIdx; i < count * padded; i += THREADS) {
      int token = KernelMath.quotient(i, padded);
      int column = i - token * padded;
      if (column < headDim) {
        int bits = source.get(c.groupIdx * TileTable.TOKENS * padded + i);
        target.set(((first + token) * heads + head) * headDim + column, bits);
      }
    }
  }

  /** To FP16 ({@code brain} 0) or BF16 ({@code brain} 1), rounding once, to nearest even. */
  static void packShort(
      KernelContext c, IntArray source, ShortArray target, IntArray table, int brain) {
    int tiles = table.get(TileTable.TILES);
    int heads = table.get(TileTable.HEADS);
    int length = table.get(TileTable.LENGTH);
    int headDim = table.get(TileTable.HEAD_DIM);
    int padded = table.get(TileTable.PADDED);
    int rowHead = KernelMath.quotient(c.groupIdx, tiles);
    int tile = c.groupIdx - rowHead * tiles;
    int batch = KernelMath.quotient(rowHead, heads);
    int head = rowHead - batch * heads;
    int at = TileTable.HEADER + tile * TileTable.ENTRY;
    int count = table.get(at + TileTable.COUNT);
    int first = batch * length + table.get(at + TileTable.SOURCE);
    for (int i = c.localIdx; i < count * padded; i += THREADS) {
      int token = KernelMath.quotient(i, padded);
      int column = i - token * padded;
      if (column < headDim) {
        int bits = source.get(c.groupIdx * TileTable.TOKENS * padded + i);
        int rounded = KernelMath.floatBitsToBrain(bits);
        if (brain == 0) {
          rounded = KernelMath.floatBitsToHalf(bits);
        }
        target.set(((first + token) * heads + head) * headDim + column, (short) rounded);
      }
    }
  }
}
