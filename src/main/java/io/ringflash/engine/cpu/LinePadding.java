package io.ringflash.engine.cpu;

/**
 * Memory that keeps the fields of a subclass off the cache line of the object that lies before it.
 * Objects of two threads may become neighbours whenever they are collected; each write of one would
 * take the line from the other (false sharing). Two lines, since some CPUs fetch them in pairs.
 */
@SuppressWarnings("unused")
abstract class LinePadding {
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
}
