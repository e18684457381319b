package io.ringflash.engine.cpu;

/**
 * Loops over FP16 rows where they lie. They are exact for finite elements only; rows with others
 * are widened by a copy.
 */
final class HalfPairs implements PairLoops {
  private final HalfRows rows = new HalfRows();
  private final HalfScores scores = new HalfScores(rows);
  private final HalfValues values = new HalfValues(rows);
  private final FloatPairs widened = new FloatPairs();
  private boolean inPlace;

  @Override
  public void take(HeadRows source, int count, int paddedRow) {
    rows.take(source, count, paddedRow);
    inPlace = rows.areFinite();
    if (!inPlace) {
      widened.takePairs(source, count, paddedRow);
    }
  }

  @Override
  public void narrow(int first, int length) {
    rows.narrow(first, length);
    widened.narrow(first, length);
  }

  @Override
  public void score(int heads, float[] q, int from, int rowsPerHead, float[] target, int to) {
    if (inPlace) {
      scores.score(heads, q, from, rowsPerHead, target, to);
    } else {
      widened.score(heads, q, from, rowsPerHead, target, to);
    }
  }

  @Override
  public void addToFour(int from, int to, float[] target, int row, float[] weights, int weight) {
    if (inPlace) {
      values.addToFour(from, to, target, row, weights, weight);
    } else {
      widened.addToFour(from, to, target, row, weights, weight);
    }
  }

  @Override
  public void addToOne(int from, int to, float[] target, int row, float[] weights, int weight) {
    if (inPlace) {
      values.addToOne(from, to, target, row, weights, weight);
    } else {
      widened.addToOne(from, to, target, row, weights, weight);
    }
  }
}
