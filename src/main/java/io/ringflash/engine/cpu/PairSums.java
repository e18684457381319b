package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;

/**
 * Products of rows of queries and a batch of keys, whose lanes are summed for many keys at once.
 */
final class PairSums {
  /** Elements of one row. */
  static final int ROW = PairKernel.BATCH * LANES;

  /** {@code [row][key][lane]}. */
  final float[] lanes;

  /**
   * @param rows that there is room for
   */
  PairSums(int rows) {
    this.lanes = new float[rows * ROW];
  }

  /**
   * Writes the sums of the lanes of the first rows as scores.
   *
   * @param target gets rows of {@link TileRows#KEYS} scores, the first from element {@code to} on;
   *     those after the last key's, up to a whole vector, become anything
   */
  void sum(int rows, int keys, float[] target, int to) {
    for (int row = 0; row < rows; row++) {
      sumRow(row, keys, target, to + row * TileRows.KEYS);
    }
  }

  /** The same for one row, whose scores begin at element {@code to}. */
  void sumRow(int row, int keys, float[] target, int to) {
    for (int key = 0; key < keys; key += LANES) {
      LaneSums.of(lanes, row * ROW + key * LANES).intoArray(target, to + key);
    }
  }
}
