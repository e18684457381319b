package io.ringflash.engine.tornado;

/**
 * The shape of one fold kernel. A group of 128 threads takes 64 queries and passes by tiles of 64
 * keys; for the scores, a thread has 4 queries and 8 keys.
 *
 * @param width columns of the output that the group holds at a time
 * @param dynamic whether it learns the head dimension from an argument, and leaves the accumulator
 *     in global memory
 * @param queriesStay whether Q fits into local memory for the whole kernel
 * @param depth columns of Q and K that are staged at once
 * @param keys rows of V that are staged at once
 */
record FoldKernelForm(
    String name,
    String purpose,
    int width,
    boolean dynamic,
    boolean queriesStay,
    int depth,
    int keys) {
  /** Queries, and keys, of a tile. */
  static final int TILE = 64;

  static final int THREADS = 128;

  /** Elements of a 128-bit load from local memory. */
  static final int VECTOR = 4;

  /** Threads along the keys. */
  static final int KEY_THREADS = 8;

  /** Queries of a thread, for the scores. */
  static final int ROWS = TILE * KEY_THREADS / THREADS;

  /** Keys of a thread. */
  static final int KEYS = TILE / KEY_THREADS;

  /** Distance of two threads' maxima of a row in local memory: no two rows share a bank. */
  static final int MAXIMA_STRIDE = TILE + 8;

  /** Threads along the columns of the output. */
  int columnThreads() {
    return width == 128 ? 16 : 8;
  }

  /** Columns of the output of a thread. */
  int columns() {
    return width / columnThreads();
  }

  /** Rows of the output of a thread. */
  int rows() {
    return TILE * columnThreads() / THREADS;
  }

  /** Whether a thread has the same rows of scores and of output. */
  boolean sameRows() {
    return rows() == ROWS;
  }

  String headDim() {
    return dynamic ? "headDim" : Integer.toString(width);
  }

  /** Whether a whole tile of K, and then of V, is staged at once. */
  boolean whole() {
    return queriesStay && depth == width;
  }

  /** Elements of one of the two stages. */
  int stage() {
    return Math.max(queriesStay ? depth * TILE : 2 * depth * TILE, keys * width);
  }

  int valueChunks() {
    return TILE / keys;
  }

  int scoreChunks() {
    return width / depth;
  }
}
