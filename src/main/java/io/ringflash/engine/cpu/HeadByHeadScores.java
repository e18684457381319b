package io.ringflash.engine.cpu;

/** Products of one head's queries and keys after another's, while queries stay in registers. */
abstract class HeadByHeadScores implements KeyScores {
  private final Rows keys;

  HeadByHeadScores(Rows keys) {
    this.keys = keys;
  }

  @Override
  public final void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to) {
    int stride = keys.stride() / heads;
    for (int head = 0; head < heads; head++) {
      keys.narrow(head * stride, stride);
      int row = head * rowsPerHead;
      scoreHead(q, from + row * stride, rowsPerHead, target, to + row * TileRows.KEYS);
    }
  }

  /** The same for the head that is left of the keys. */
  abstract void scoreHead(float[] q, int from, int rows, float[] target, int to);
}
