package io.ringflash.engine.cpu;

/** Loops over BF16 rows where they lie. */
final class BrainPairs implements PairLoops {
  private final HalfRows rows = new HalfRows();
  private final KeyScores scores =
      MicroKernel.WIDE ? new WideBrainScores(rows) : new NarrowBrainScores(rows);
  private final BrainValues values = new BrainValues(rows);

  @Override
  public void take(HeadRows source, int count, int paddedRow) {
    rows.take(source, count, paddedRow);
  }

  @Override
  public void narrow(int first, int length) {
    rows.narrow(first, length);
  }

  @Override
  public void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to) {
    scores.score(heads, q, from, rowsPerHead, target, to);
  }

  @Override
  public void addToFour(int from, int to, float[] target, int row, float[] weights, int weight) {
    values.addToFour(from, to, target, row, weights, weight);
  }

  @Override
  public void addToOne(int from, int to, float[] target, int row, float[] weights, int weight) {
    values.addToOne(from, to, target, row, weights, weight);
  }
}
