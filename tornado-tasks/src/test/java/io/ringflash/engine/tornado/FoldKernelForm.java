package io.ringflash.engine.tornado;

/**
 * The shape of one fold kernel. A group of 128 threads takes 64 queries and passes by tiles of 64
 * keys. A thread has 4 queries and 8 keys of the scores: neighbours, so that a 128-bit load brings
 * four of them, and the second four keys half a tile on.
 *
 * @param width columns of the output that the group holds at a time
 * @param dynamic whether it learns the head dimension from an argument, and leaves the accumulator
 *     in global memory
 * @param depth columns of K, and of Q unless it stays, that are staged at once
 * @param keys rows of V that are staged at once
 */
record FoldKernelForm(
    String name, String purpose, int width, boolean dynamic, int depth, int keys) {
  /** Queries, and keys, of a tile. */
  static final int TILE = TileTable.TOKENS;

  static final int THREADS = LayoutKernels.THREADS;

  /** Elements of a 128-bit load from local memory. */
  static final int VECTOR = 4;

  /** Threads along the keys. */
  static final int KEY_THREADS = 8;

  /** Queries of a thread, for the scores. */
  static final int ROWS = TILE * KEY_THREADS / THREADS;

  /** Keys of a thread. */
  static final int KEYS = TILE / KEY_THREADS;

  /** Distance of two threads' partial results of a row: no two of them share a bank. */
  static final int PARTIAL_STRIDE = TILE + 8;

  /**
   * Whether Q stays in local memory, and K and V are staged a tile at a time: K where the weights
   * come later, V where the rows' partial results were.
   */
  boolean wholeTiles() {
    return !dynamic && depth == width;
  }

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

  /** The head dimension, with padding, in the kernel's source. */
  String headDim() {
    return dynamic ? "headDim" : Integer.toString(width);
  }

  /** Elements that are staged at once. */
  int stage() {
    return Math.max(wholeTiles() ? depth * TILE : 2 * depth * TILE, keys * width);
  }

  /** Elements of a stage that a thread copies. */
  int copies() {
    return stage() / THREADS;
  }

  /** The local array that K is staged in. */
  String keyArray() {
    return wholeTiles() ? "ps" : "stage";
  }

  /** The local array that V is staged in. */
  String valueArray() {
    return wholeTiles() ? "rs" : "stage";
  }

  /** A thread's key, from its first one. */
  static int keyOffset(int j) {
    return j / VECTOR * (TILE / 2) + j % VECTOR;
  }

  /** A thread's row of the output, from its first one. */
  static int rowOffset(int i) {
    return i / VECTOR * (TILE / 2) + i % VECTOR;
  }

  /** A thread's column of the output, from its first one. */
  int columnOffset(int e) {
    return e / VECTOR * (width / 2) + e % VECTOR;
  }

  /** The variable of an element of the output. */
  static String out(int i, int e) {
    return "o%d_%d".formatted(i, e);
  }
}
