package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.api.types.vectors.Float16;

/**
 * What {@link VectorKernels} does between its products, on a tile's scratch: scores, later weights,
 * {@code [key][row]}, and the factors of its rows.
 */
final class VectorSoftmax {
  private static final int TILE = TileTable.TOKENS;
  private static final int LANES = VectorMath.LANES;

  /** Vectors of a key's scores. */
  static final int VECTORS = TILE / LANES;

  /** Where factors begin: what a row's sums before this tile are multiplied by. */
  static final int FACTORS = TILE * TILE;

  /** Numbers of a tile's scratch. */
  static final int NUMBERS = FACTORS + TILE;

  private VectorSoftmax() {}

  /**
   * 1 if all scores are finite, else 0; also 0 for finite ones whose sum is not.
   *
   * @param at where the tile's scratch begins
   */
  static int finite(FloatArray scratch, int at) {
    VectorFloat16 scores = new VectorFloat16(scratch);
    Float16 sums = VectorMath.splat(0f);
    for (int i = at / LANES; i < (at + FACTORS) / LANES; i++) {
      sums = Float16.add(sums, scores.get(i));
    }
    // TornadoVM has no single numbers of a vector that comes out of a loop.
    scores.set((at + FACTORS) / LANES, sums);
    float sum = 0f;
    for (int i = at + FACTORS; i < at + FACTORS + LANES; i++) {
      sum += scratch.get(i);
    }
    return KernelMath.finite(sum);
  }

  /**
   * Caps scores, biases them by distance, and hides those of keys that a row does not see.
   *
   * @param away distance of the first key from the first row
   * @param cap of scores, where {@code capped} is not 0
   * @param slope of the bias, where {@code biased} is not 0
   * @param keyCount keys of the tile
   * @param bound 1 where the mask holds
   * @param none −∞
   */
  static void modify(
      FloatArray scratch,
      int at,
      int away,
      int keyStride,
      int queryStride,
      float cap,
      float slope,
      int keyCount,
      int lowest,
      int highest,
      int bound,
      float none,
      int capped,
      int biased) {
    for (int j = 0; j < TILE; j++) {
      for (int i = 0; i < TILE; i++) {
        int distance = away + j * keyStride - i * queryStride;
        float score = scratch.get(at + j * TILE + i);
        if (capped != 0) {
          score = KernelMath.capped(score, cap);
        }
        if (biased != 0) {
          score -= slope * TornadoMath.abs(distance);
        }
        int hidden = hidden(j, keyCount, distance, lowest, highest, bound);
        scratch.set(at + j * TILE + i, hidden != 0 ? none : score);
      }
    }
  }

  /** 1 if a row does not see the tile's key {@code j}, else 0. */
  static int hidden(int j, int keyCount, int distance, int lowest, int highest, int bound) {
    int hidden = j < keyCount ? 0 : 1;
    hidden = distance < lowest ? hidden | bound : hidden;
    return distance > highest ? hidden | bound : hidden;
  }

  /**
   * Makes a row's sum NaN for a score that is NaN or +∞, which {@link #weigh} takes for −∞.
   *
   * @param sumsAt where the sums of the tile's rows begin
   */
  static void spreadNonFinite(FloatArray scratch, int at, FloatArray sums, int sumsAt) {
    for (int i = 0; i < TILE; i++) {
      float plus = 0f;
      float minus = 0f;
      for (int j = 0; j < TILE; j++) {
        float beyond = KernelMath.beyondFinite(scratch.get(at + j * TILE + i));
        // 1 for a finite number, 0 for −∞; of NaN and +∞ the two sums do not cancel out.
        float present = TornadoMath.exp(beyond);
        plus += present;
        minus -= present;
      }
      sums.set(sumsAt + i, sums.get(sumsAt + i) + (plus + minus));
    }
  }

  /**
   * Takes new maxima of sixteen rows, and rescales their sums to them.
   *
   * @param rows which sixteen of the tile
   * @param row the tile's first row of all
   */
  static void raiseMaxima(
      FloatArray scratch, int at, int rows, FloatArray maxima, FloatArray sums, int row) {
    VectorFloat16 scores = new VectorFloat16(scratch);
    VectorFloat16 rowMaxima = new VectorFloat16(maxima);
    VectorFloat16 rowSums = new VectorFloat16(sums);
    Float16 before = rowMaxima.get(row / LANES + rows);
    Float16 max = before;
    for (int j = 0; j < TILE; j++) {
      max = Float16.max(max, scores.get(at / LANES + j * VECTORS + rows));
    }
    rowMaxima.set(row / LANES + rows, max);
    Float16 factor = VectorMath.exp(Float16.sub(before, reference(max)));
    scores.set((at + FACTORS) / LANES + rows, factor);
    for (int part = 0; part < ShardMemory.PARTIAL_SUMS; part++) {
      int sum = row * ShardMemory.PARTIAL_SUMS / LANES + part * VECTORS + rows;
      rowSums.set(sum, Float16.mult(rowSums.get(sum), factor));
    }
  }

  /**
   * Turns scores of sixteen rows into weights relative to the rows' maxima, and adds these to the
   * rows' sums.
   *
   * @param rows which sixteen of the tile
   * @param row the tile's first row of all
   */
  static void weigh(
      FloatArray scratch, int at, int rows, FloatArray maxima, FloatArray sums, int row) {
    VectorFloat16 scores = new VectorFloat16(scratch);
    VectorFloat16 rowMaxima = new VectorFloat16(maxima);
    VectorFloat16 rowSums = new VectorFloat16(sums);
    Float16 reference = reference(rowMaxima.get(row / LANES + rows));
    for (int j = 0; j < TILE; j++) {
      int key = at / LANES + j * VECTORS + rows;
      Float16 weight = VectorMath.exp(Float16.sub(scores.get(key), reference));
      scores.set(key, weight);
      int part = j & (ShardMemory.PARTIAL_SUMS - 1);
      int sum = row * ShardMemory.PARTIAL_SUMS / LANES + part * VECTORS + rows;
      rowSums.set(sum, Float16.add(rowSums.get(sum), weight));
    }
  }

  /** What weights are relative to: finite also for a row that has seen no key, for weights of 0. */
  private static Float16 reference(Float16 max) {
    return Float16.max(max, VectorMath.splat(-Float.MAX_VALUE));
  }

  /**
   * Drops weights, and scales those that are kept.
   *
   * @param key of the tile's first key, {@code query} of its first row
   * @param dropping as {@link KernelMath#philox} takes it
   */
  static void drop(
      FloatArray scratch,
      int at,
      IntArray shape,
      FloatArray scalars,
      int head,
      int key,
      int keyStride,
      int keyJoint,
      int query,
      int queryStride,
      int queryJoint,
      int dropping) {
    float keep = scalars.get(KernelShape.KEEP_SCALE);
    int threshold = shape.get(KernelShape.DROP_THRESHOLD);
    int low = shape.get(KernelShape.SEED_LOW);
    int high = shape.get(KernelShape.SEED_HIGH);
    for (int j = 0; j < TILE; j++) {
      int keyId = (key + j * keyStride) | (keyJoint << 31);
      for (int i = 0; i < TILE; i++) {
        int queryId = (query + i * queryStride) | (queryJoint << 31);
        int random = KernelMath.philox(keyId, queryId, head, low, high, dropping);
        float kept = scratch.get(at + j * TILE + i) * keep;
        // Not a product with 0: a dropped NaN is gone, too.
        scratch.set(at + j * TILE + i, (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept);
      }
    }
  }
}
