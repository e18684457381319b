package io.ringflash.experiment;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PositionSlice;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The rows of out that are looked at: all of them, or one from each of as many equal runs as the
 * work allows, so that every head and every part of the sequence is met.
 */
final class RowSample {
  /**
   * One row of out.
   *
   * @param joint whether {@code query} counts joint queries
   */
  record Row(int batch, int head, long query, boolean joint) implements Serializable {
    private static final long serialVersionUID = 1L;

    boolean isIn(List<PositionSlice> queries) {
      return queries.stream().anyMatch(slice -> slice.joint() == joint && slice.contains(query));
    }

    @Override
    public String toString() {
      return "batch %d, head %d, %squery %d".formatted(batch, head, joint ? "joint " : "", query);
    }
  }

  private final AttentionShape shape;
  private final long jointQueries;
  private final long count;
  private final long seed;

  /**
   * @param limit rows that may be looked at, at least 1
   */
  RowSample(AttentionShape shape, AttentionInputs inputs, long limit, long seed) {
    this.shape = shape;
    this.jointQueries = inputs.jointQueries();
    this.count = Math.min(limit, total());
    this.seed = seed;
  }

  /** Rows that there are. */
  long total() {
    return (long) shape.batch() * shape.heads() * rowsPerHead();
  }

  /** Rows that are looked at. */
  long count() {
    return count;
  }

  Stream<Row> rows() {
    return LongStream.range(0, count).mapToObj(i -> row(pick(i)));
  }

  /** A row of the {@code i}-th run. */
  private long pick(long i) {
    long from = runStart(i);
    long to = runStart(i + 1);
    return new SplittableRandom(seed + i).nextLong(from, to);
  }

  private long runStart(long i) {
    return (long) Math.floor((double) total() / count * i);
  }

  private Row row(long index) {
    long query = index % rowsPerHead();
    long batchHead = index / rowsPerHead();
    boolean joint = query >= shape.seqLenQ();
    return new Row(
        (int) (batchHead / shape.heads()),
        (int) (batchHead % shape.heads()),
        joint ? query - shape.seqLenQ() : query,
        joint);
  }

  private long rowsPerHead() {
    return shape.seqLenQ() + jointQueries;
  }
}
