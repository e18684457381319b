package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.api.types.vectors.Float16;

/**
 * Folds a block in on a CPU: a group is one thread, which takes 64 queries and passes by tiles of
 * 64 keys, with vectors of sixteen of OpenCL's. A CPU's compiler makes vector instructions of
 * these; of the groups of threads that {@link FoldKernels} wants it makes loops over single
 * numbers.
 */
final class VectorKernels {
  private static final int TILE = TileTable.TOKENS;
  private static final int LANES = VectorMath.LANES;

  private VectorKernels() {}

  /** As {@link FoldKernels}' kernels. */
  static void fold(
      KernelContext c,
      FloatArray q,
      FloatArray k,
      FloatArray v,
      FloatArray acc,
      FloatArray maxima,
      FloatArray sums,
      IntArray shape,
      FloatArray scalars,
      IntArray queryTiles,
      IntArray keyTiles,
      IntArray nonFinite,
      FloatArray scratch,
      int masked,
      int capped,
      int biased,
      int dropping) {
    int rowHeads = shape.get(KernelShape.ROW_HEADS);
    int rowTiles = queryTiles.get(TileTable.TILES);
    int order = KernelMath.quotient(c.groupIdx, rowHeads);
    int head = c.groupIdx - order * rowHeads;
    // The last rows of a causal slice see most keys. Tiles from both ends alternate: a driver that
    // gives each core one run of groups then gives each as much work.
    int rowTile = (order & 1) != 0 ? order >> 1 : rowTiles - 1 - (order >> 1);
    int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));
    int lowest = shape.get(KernelShape.LOWEST_OFFSET);
    int highest = shape.get(KernelShape.HIGHEST_OFFSET);
    int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;
    int query = queryTiles.get(rowAt + TileTable.START);
    int queryCount = queryTiles.get(rowAt + TileTable.COUNT);
    int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);
    int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);
    int position = query + shape.get(KernelShape.QUERY_OFFSET);
    int lastPosition = position + (queryCount - 1) * queryStride;
    int row = (head * rowTiles + rowTile) * TILE;
    int tiles = keyTiles.get(TileTable.TILES);
    int padded = keyTiles.get(TileTable.PADDED);
    int at = c.groupIdx * VectorSoftmax.NUMBERS;
    for (int t = 0; t < tiles; t++) {
      int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
      int key = keyTiles.get(keyAt + TileTable.START);
      int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
      int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
      int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
      int bound = masked & (1 - (queryJoint | keyJoint));
      int nearest = key - lastPosition;
      int farthest = key + (keyCount - 1) * keyStride - position;
      int partial = keyCount < TILE ? 1 : 0;
      partial = nearest < lowest ? partial | bound : partial;
      partial = farthest > highest ? partial | bound : partial;
      int visible = farthest < lowest ? 1 - bound : 1;
      visible = nearest > highest ? 1 - bound : visible;
      if (visible != 0) {
        int keyFrom = (kvHead * tiles + t) * TILE * padded;
        scores(q, row * padded, k, keyFrom, padded, scratch, at);
        int finite = VectorSoftmax.finite(scratch, at);
        if ((partial | capped | biased) != 0) {
          VectorSoftmax.modify(
              scratch,
              at,
              key - position,
              keyStride,
              queryStride,
              scalars.get(KernelShape.SOFTCAP),
              (queryJoint | keyJoint) != 0 ? 0f : scalars.get(KernelShape.SLOPES + head),
              keyCount,
              lowest,
              highest,
              bound,
              scalars.get(KernelShape.NONE),
              capped,
              biased);
        }
        if (finite == 0) {
          VectorSoftmax.spreadNonFinite(scratch, at, sums, row * ShardMemory.PARTIAL_SUMS);
        }
        for (int rows = 0; rows < VectorSoftmax.VECTORS; rows++) {
          VectorSoftmax.raiseMaxima(scratch, at, rows, maxima, sums, row);
          VectorSoftmax.weigh(scratch, at, rows, maxima, sums, row);
        }
        rescale(acc, row * padded, padded, scratch, at + VectorSoftmax.FACTORS);
        if (dropping != 0) {
          VectorSoftmax.drop(
              scratch,
              at,
              shape,
              scalars,
              head,
              key,
              keyStride,
              keyJoint,
              query,
              queryStride,
              queryJoint,
              dropping);
        }
        int stamped = nonFinite.get(kvHead * tiles + t) == keyTiles.get(TileTable.STAMP) ? 1 : 0;
        int selective = dropping != 0 ? 1 : partial;
        if ((stamped & selective) != 0) {
          addSeenValues(
              v,
              keyFrom,
              padded,
              scratch,
              at,
              acc,
              row * padded,
              key - position,
              keyStride,
              queryStride,
              keyCount,
              lowest,
              highest,
              bound,
              dropping);
        } else {
          addValues(v, keyFrom, padded, scratch, at, acc, row * padded);
        }
      }
    }
  }

  /** Scores {@code [key][row]} of queries and keys, both {@code [headDim][token]}. */
  private static void scores(
      FloatArray q,
      int queryFrom,
      FloatArray k,
      int keyFrom,
      int padded,
      FloatArray scratch,
      int at) {
    int vectors = VectorSoftmax.VECTORS;
    for (int j = 0; j < TILE; j += VectorProduct.ROWS) {
      for (int i = 0; i < vectors; i += VectorProduct.VECTORS) {
        VectorProduct.block(
            q,
            queryFrom / LANES + i,
            vectors,
            k,
            keyFrom + j,
            TILE,
            padded,
            scratch,
            at / LANES + j * vectors + i,
            vectors,
            0);
      }
    }
  }

  /** Multiplies each row of the accumulator by its factor. */
  private static void rescale(
      FloatArray acc, int from, int padded, FloatArray scratch, int factorsAt) {
    VectorFloat16 rows = new VectorFloat16(acc);
    for (int i = 0; i < TILE; i++) {
      Float16 factor = VectorMath.splat(scratch.get(factorsAt + i));
      int first = (from + i * padded) / LANES;
      for (int e = first; e < first + padded / LANES; e++) {
        rows.set(e, Float16.mult(rows.get(e), factor));
      }
    }
  }

  /** Adds values times weights to the accumulator. */
  private static void addValues(
      FloatArray v, int keyFrom, int padded, FloatArray scratch, int at, FloatArray acc, int from) {
    int vectors = padded / LANES;
    for (int i = 0; i < TILE; i += VectorProduct.ROWS) {
      for (int e = 0; e < vectors; e += VectorProduct.VECTORS) {
        VectorProduct.block(
            v,
            keyFrom / LANES + e,
            vectors,
            scratch,
            at + i,
            TILE,
            TILE,
            acc,
            (from + i * padded) / LANES + e,
            vectors,
            1);
      }
    }
  }

  /**
   * As {@link #addValues}, but only values that a row sees: a product with the weight 0 does not
   * hide a NaN or infinity.
   */
  private static void addSeenValues(
      FloatArray v,
      int keyFrom,
      int padded,
      FloatArray scratch,
      int at,
      FloatArray acc,
      int from,
      int away,
      int keyStride,
      int queryStride,
      int keyCount,
      int lowest,
      int highest,
      int bound,
      int dropping) {
    for (int i = 0; i < TILE; i++) {
      for (int j = 0; j < TILE; j++) {
        float weight = scratch.get(at + j * TILE + i);
        int distance = away + j * keyStride - i * queryStride;
        int hidden = VectorSoftmax.hidden(j, keyCount, distance, lowest, highest, bound);
        if (dropping != 0) {
          hidden = hidden | (1 - KernelMath.positive(weight));
        }
        if (hidden == 0) {
          for (int e = 0; e < padded; e++) {
            int to = from + i * padded + e;
            acc.set(to, acc.get(to) + weight * v.get(keyFrom + j * padded + e));
          }
        }
      }
    }
  }
}
