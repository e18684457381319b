package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.QueryPart;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that one worker computes together: queries of one slice, for one or several heads that share
 * a K/V head (so that a few queries of many heads still fill a tile).
 *
 * @param part slice of queries
 * @param firstQueryOfPart index of the slice's first query in the shard
 * @param firstHead first head, counted within the group of heads that share a K/V head, or from the
 *     first of all where a tile holds several groups
 * @param heads number of heads
 * @param firstQuery first query, counted within the slice
 * @param queries number of queries
 */
record RowTile(
    QueryPart part, long firstQueryOfPart, int firstHead, int heads, int firstQuery, int queries) {
  /** Rows that most tiles have, where there are so many: a multiple of the micro-kernel's. */
  static final int ROWS = 32 * MicroKernel.ROWS;

  /** Most rows in one tile. */
  static final int MAX_ROWS = MicroKernel.WIDE ? 2 * ROWS : ROWS;

  int rows() {
    return heads * queries;
  }

  /** Head of a row, counted as {@link #firstHead} is. */
  int head(int row) {
    return firstHead + row / queries;
  }

  /** Query of a row, counted within the slice. */
  int query(int row) {
    return firstQuery + row % queries;
  }

  /** Indices of the queries. */
  PositionSlice positions() {
    return part.positions().sub(firstQuery, queries);
  }

  /**
   * Copies the rows from {@code state}, as {@link PartialAttention#loadRows}.
   *
   * @param batch entry
   * @param first head that {@link #firstHead} is counted from
   */
  void load(
      PartialAttention state,
      int batch,
      int first,
      float[] maxima,
      float[] sums,
      float[] accumulators,
      int stride) {
    for (int r = 0; r < rows(); r += queries) {
      state.loadRows(
          stateRow(state, batch, first, r), queries, maxima, sums, accumulators, r, stride);
    }
  }

  /** Gives the rows back to {@code state}; arguments as of {@link #load}. */
  void store(
      PartialAttention state,
      int batch,
      int first,
      float[] maxima,
      float[] sums,
      float[] accumulators,
      int stride) {
    for (int r = 0; r < rows(); r += queries) {
      state.storeRows(
          stateRow(state, batch, first, r), queries, maxima, sums, accumulators, r, stride);
    }
  }

  /** Row of {@code state}; rows of one head are neighbours there, too. */
  private long stateRow(PartialAttention state, int batch, int first, int row) {
    return state.row(batch, first + head(row), firstQueryOfPart + query(row));
  }

  /**
   * Cuts a shard's rows into tiles of whole groups of heads, which are counted from the first of
   * all.
   *
   * @param maxRowsPerHead most rows of one K/V head in a tile
   */
  static List<RowTile> cutAllHeads(
      List<QueryPart> parts, AttentionShape shape, int maxRowsPerHead) {
    int groupSize = shape.groupSize();
    int maxQueries = Math.max(1, maxRowsPerHead / groupSize);
    List<RowTile> tiles = new ArrayList<>();
    long firstQueryOfPart = 0;
    for (QueryPart part : parts) {
      int length = Math.toIntExact(part.positions().length());
      for (int query = 0; query < length; query += maxQueries) {
        int queries = Math.min(maxQueries, length - query);
        int heads = Math.max(1, ROWS / (groupSize * queries)) * groupSize;
        for (int head = 0; head < shape.heads(); head += heads) {
          int headCount = Math.min(heads, shape.heads() - head);
          tiles.add(new RowTile(part, firstQueryOfPart, head, headCount, query, queries));
        }
      }
      firstQueryOfPart += length;
    }
    return tiles;
  }

  /**
   * Cuts a shard's rows into tiles, for one K/V head; every K/V head has the same ones.
   *
   * @param maxRows of a tile, a multiple of the micro-kernel's, at most {@link #MAX_ROWS}
   */
  static List<RowTile> cut(List<QueryPart> parts, int groupSize, int maxRows) {
    List<RowTile> tiles = new ArrayList<>();
    long firstQueryOfPart = 0;
    for (QueryPart part : parts) {
      int length = Math.toIntExact(part.positions().length());
      int heads = length == 0 ? 1 : Math.clamp(maxRows / length, 1, groupSize);
      int step = evenStep(length, maxRows);
      for (int head = 0; head < groupSize; head += heads) {
        int headCount = Math.min(heads, groupSize - head);
        for (int query = 0; query < length; query += step) {
          int count = Math.min(step, length - query);
          tiles.add(new RowTile(part, firstQueryOfPart, head, headCount, query, count));
        }
      }
      firstQueryOfPart += length;
    }
    return tiles;
  }

  /**
   * The same rows in smaller tiles; one of several heads, which have few queries, stays whole.
   *
   * @param maxRows of a tile, a multiple of the micro-kernel's
   */
  List<RowTile> split(int maxRows) {
    if (heads > 1) {
      return List.of(this);
    }
    List<RowTile> tiles = new ArrayList<>();
    int step = evenStep(queries, maxRows);
    for (int query = 0; query < queries; query += step) {
      int count = Math.min(step, queries - query);
      tiles.add(new RowTile(part, firstQueryOfPart, firstHead, 1, firstQuery + query, count));
    }
    return tiles;
  }

  /** Queries per tile, so that as few tiles as are needed have about as many each. */
  private static int evenStep(int length, int maxRows) {
    int tiles = Math.max(1, Math.ceilDiv(length, maxRows));
    return Math.max(1, Math.ceilDiv(Math.ceilDiv(length, tiles), MicroKernel.ROWS))
        * MicroKernel.ROWS;
  }
}
