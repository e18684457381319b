package io.ringflash.engine.cpu;

/** Products of queries and keys that were taken. */
interface KeyScores {
  /** See {@link PairLoops#score}. */
  void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to);
}
