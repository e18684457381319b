package io.ringflash.engine.cpu;

import java.lang.foreign.MemorySegment;

/**
 * Some rows of one head, or of several that lie side by side, in memory. A thread writes its fields
 * for each head and few keys.
 */
abstract class Rows extends LinePadding {
  private final int elementBytes;

  private MemorySegment data = MemorySegment.NULL;
  private long at;
  private long rowBytes;

  /** Elements of a row as it was taken. */
  private int width;

  /** First element that is left of a row. */
  private int column;

  private int stride;
  private int count;

  /** Where the row after the last one begins, 0 if it is not known. */
  private long next;

  /** Bytes of a row that were asked for since rows were taken or narrowed. */
  private int asked;

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

  /** Notes that {@code rows} rows of {@code elements} elements begin at byte {@code from}. */
  final void place(MemorySegment memory, long from, long bytes, int rows, int elements) {
    data = memory;
    at = from;
    rowBytes = bytes;
    width = elements;
    column = 0;
    stride = elements;
    count = rows;
    next = 0;
    asked = 0;
  }

  /** The same for rows of {@code source} where they lie. */
  final void place(HeadRows source, int rows) {
    MemorySegment memory = source.data();
    place(memory, source.at(), source.rowBytes(), rows, source.headDim());
    if (memory.isNative()) {
      next = memory.address() + at + rows * rowBytes;
    }
  }

  /**
   * Leaves of each row that was taken {@code length} elements from element {@code first} on.
   *
   * @param first counted from the beginning of the row as it was taken
   */
  final void narrow(int first, int length) {
    column = first;
    stride = length;
    asked = 0;
  }

  /**
   * Asks for more of what {@link #narrow} will leave next: the next head's elements, or after the
   * last head's the first one's of as many rows that follow. A part each time: the CPU fetches few
   * lines at once, and would wait if it were asked for all.
   *
   * @param bytes of each row
   */
  final void prefetchNextHead(int bytes) {
    boolean isLast = column + stride == width;
    prefetch(
        isLast ? next : next - count * rowBytes + (long) (column + stride) * elementBytes, bytes);
  }

  /** The same for the elements that are left now, of as many rows that follow. */
  final void prefetchNextRows(int bytes) {
    prefetch(next + (long) column * elementBytes, bytes);
  }

  private void prefetch(long from, int bytes) {
    int end = Math.min(asked + bytes, stride * elementBytes);
    if (next != 0 && asked < end) {
      int first = Math.ceilDiv(asked, Prefetch.LINE);
      int lines = Math.ceilDiv(end, Prefetch.LINE) - first;
      fetch(from + (long) first * Prefetch.LINE, rowBytes, count, lines);
      asked = end;
    }
  }

  /** See {@link Prefetch#lines}. */
  void fetch(long address, long step, int rows, int lines) {
    Prefetch.lines(address, step, rows, lines);
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
