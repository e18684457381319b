package io.ringflash.engine.cpu;

/**
 * Rows whose fields are off the cache line of the object after them, too: HotSpot puts a
 * superclass's fields before its subclass's, and no class extends {@link LinePadding} twice.
 */
@SuppressWarnings("unused")
abstract class PaddedRows extends Rows {
  private long p0;
  private long p1;
  private long p2;
  private long p3;
  private long p4;
  private long p5;
  private long p6;
  private long p7;
  private long p8;
  private long p9;
  private long p10;
  private long p11;
  private long p12;
  private long p13;
  private long p14;
  private long p15;

  PaddedRows(int elementBytes) {
    super(elementBytes);
  }
}
