package io.ringflash.engine.cpu;

/** Products of queries and BF16 keys where they lie: loops for 32 vector registers and for 16. */
interface BrainScores {
  static BrainScores of(HalfRows keys) {
    return MicroKernel.WIDE ? new WideBrainScores(keys) : new NarrowBrainScores(keys);
  }

  /** See {@link PairLoops#score}. */
  void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to);
}
