package io.ringflash.engine.cpu;

/**
 * Inner loops of {@link DirectTile} for rows of a storage type, which it takes a few at a time.
 * Queries and accumulators have the order that {@link PairOrder#isOf} tells.
 */
interface PairLoops {
  /** Takes the first {@code rows} rows of {@code source}, see {@link Rows#take}. */
  void take(HeadRows source, int rows, int paddedRow);

  /** Leaves a part of each row, see {@link Rows#narrow}. */
  void narrow(int first, int length);

  /**
   * Writes the products of queries and the keys that were taken as scores, which are rows of {@link
   * TileRows#KEYS}. Once after keys were taken: they may be narrowed to a head by it.
   *
   * @param heads that lie side by side in what was taken
   * @param q rows of queries, each as long as a key of one head, from {@code from} on; those of a
   *     head are neighbours
   * @param rowsPerHead rows of queries of each head, at most {@link PairKernel#ROWS}
   * @param target gets scores from element {@code to} on; those after the last key's, up to a whole
   *     vector, become anything
   */
  void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to);

  /**
   * Adds the values of keys {@code from} to {@code to} to the accumulators of four rows.
   *
   * @param target holds the accumulators from element {@code row} on
   * @param weights of rows of {@link TileRows#KEYS} keys, the first key's at {@code weight}
   */
  void addToFour(int from, int to, float[] target, int row, float[] weights, int weight);

  /** The same for one row. */
  void addToOne(int from, int to, float[] target, int row, float[] weights, int weight);
}
