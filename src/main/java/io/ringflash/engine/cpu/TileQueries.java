package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import jdk.incubator.vector.FloatVector;

/** One worker's scratch memory for the queries of a tile of rows, multiplied by the scale. */
final class TileQueries {
  private static final int ROWS = RowTile.MAX_ROWS;
  private static final int DEPTH = MicroKernel.DEPTH;
  private static final int SLABS = Math.ceilDiv(AttentionShape.MAX_HEAD_DIM, DEPTH);

  /**
   * For the micro-kernel in slabs of its depth, {@code [slab][row][DEPTH]}; otherwise {@code
   * [row][headDim]}. Rows end with zeros that fill a vector.
   */
  final float[] q = new float[SLABS * ROWS * DEPTH];

  private final FloatRows source = new FloatRows();
  private final long[] positions = new long[ROWS];
  private final float[] slopes = new float[ROWS];

  /** Takes the queries of some rows, as the micro-kernel reads them. */
  void loadSlabs(AttentionProblem problem, RowTile rows, int batch, int firstHead) {
    int padded = Simd.padded(problem.shape().headDim());
    for (int r = 0; r < rows.rows(); r += rows.queries()) {
      locate(problem, rows, r, batch, firstHead);
      HeadRows from = take(rows, r, batch, firstHead, padded);
      for (int i = 0; i < source.count(); i++) {
        source.prefetchAfter(from, i);
        for (int d = 0; d < padded; d += LANES) {
          scaled(i, d, problem.scale()).intoArray(q, slabAt(r + i, d));
        }
      }
    }
  }

  /**
   * Takes the queries of some rows of all heads, one after the other.
   *
   * @param stride from one row to the next; what is left of it are zeros
   */
  void loadRows(AttentionProblem problem, RowTile rows, int batch, int stride) {
    for (int r = 0; r < rows.rows(); r += rows.queries()) {
      locate(problem, rows, r, batch, 0);
      HeadRows from = take(rows, r, batch, 0, stride);
      for (int i = 0; i < source.count(); i++) {
        source.prefetchAfter(from, i);
        for (int d = 0; d < stride; d += LANES) {
          scaled(i, d, problem.scale()).intoArray(q, (r + i) * stride + d);
        }
      }
    }
  }

  /** Notes where some rows are, for kernels that take their queries themselves. */
  void locateAll(AttentionProblem problem, RowTile rows, int batch, int firstHead) {
    for (int r = 0; r < rows.rows(); r += rows.queries()) {
      locate(problem, rows, r, batch, firstHead);
    }
  }

  /** Takes the queries of one head, from row {@code r} of the tile on. */
  private HeadRows take(RowTile rows, int r, int batch, int firstHead, int stride) {
    int head = firstHead + rows.head(r);
    HeadRows from = HeadRows.of(rows.part().q(), batch, rows.query(r), head);
    source.take(from, rows.queries(), stride);
    return from;
  }

  private FloatVector scaled(int row, int d, float scale) {
    return FloatRows.vector(source.data(), source.at(row, d), 0).mul(scale);
  }

  /** Notes where the rows of one head are, from row {@code r} of the tile on. */
  private void locate(AttentionProblem problem, RowTile rows, int r, int batch, int firstHead) {
    float slope = problem.alibi().slope(batch, firstHead + rows.head(r));
    for (int i = 0; i < rows.queries(); i++) {
      positions[r + i] = rows.part().positions().index(rows.query(r + i)) + problem.queryOffset();
      slopes[r + i] = slope;
    }
  }

  /** Position of a row's query. */
  long position(int r) {
    return positions[r];
  }

  /** What ALiBi multiplies distances by in a row. */
  float slope(int r) {
    return slopes[r];
  }

  /** Index in {@link #q} of element {@code d} of row {@code r}, in slabs. */
  static int slabAt(int r, int d) {
    return (d / DEPTH * ROWS + r) * DEPTH + d % DEPTH;
  }
}
