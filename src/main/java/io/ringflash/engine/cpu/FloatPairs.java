package io.ringflash.engine.cpu;

/** Loops over FP32 rows where they lie, and over others that are widened by a copy. */
final class FloatPairs implements PairLoops {
  private final FloatRows rows = new FloatRows();
  private final PairScores scores = new PairScores(rows, MicroKernel.WIDE);
  private final QuadValues values = new QuadValues(rows);

  @Override
  public void take(HeadRows source, int count, int paddedRow) {
    rows.take(source, count, paddedRow);
  }

  /** Takes copies of rows, in {@link PairOrder}. */
  void takePairs(HeadRows source, int count, int paddedRow) {
    rows.takePairs(source, count, paddedRow);
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
