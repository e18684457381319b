package io.ringflash.engine.cpu;

import java.lang.foreign.MemorySegment;

/** Some rows of one head, or of several that lie side by side, in memory. */
abstract class Rows {
  private final int elementBytes;

  private MemorySegment data = MemorySegment.NULL;
  private long at;
  private long rowBytes;

  /** First element of a row. */
  private int column;

  private int stride;
  private int count;

  Rows(int elementBytes) {
    this.elementBytes = elementBytes;
  }

  /**
   * Takes the first rows of {@code source}.
   *
   * @param rows how many
   * @param paddedRow elements that a row is padded to, of whole vectors
   */
  abstract void take(HeadRows source, int rows, int paddedRow);

  /** Notes that {@code rows} rows of {@code length} elements begin at byte {@code from}. */
  final void place(MemorySegment memory, long from, long bytes, int rows, int length) {
    data = memory;
    at = from;
    rowBytes = bytes;
    column = 0;
    stride = length;
    count = rows;
  }

  /**
   * Leaves of each row that was taken {@code length} elements from element {@code first} on.
   *
   * @param first counted from the beginning of the row as it was taken
   */
  final void narrow(int first, int length) {
    column = first;
    stride = length;
  }

  final int count() {
    return count;
  }

  /** Elements of a row. */
  final int stride() {
    return stride;
  }

  final MemorySegment data() {
    return data;
  }

  /** Where element {@code d} of a row is in {@link #data}. */
  final long at(int row, int d) {
    return at + row * rowBytes + (long) (column + d) * elementBytes;
  }

  /** Bytes from one row to the next. */
  final long rowBytes() {
    return rowBytes;
  }
}
