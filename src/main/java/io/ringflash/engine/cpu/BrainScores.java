package io.ringflash.engine.cpu;

/** Products of queries and BF16 keys where they lie; their shape follows the vector registers. */
interface BrainScores {
  static BrainScores of(HalfRows keys) {
    return MicroKernel.WIDE ? new WideBrainScores(keys) : new NarrowBrainScores(keys);
  }

  /** See {@link PairLoops#score}. */
  void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to);
}
