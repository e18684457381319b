package io.ringflash.ring.process;

/** What a message is about. */
final class Tag {
  static final int GATHER = 1;
  static final int BROADCAST = 2;
  static final int CLOCK = 3;
  static final int BEAT = 4;

  /** Tags from here on are those of K/V blocks: {@code BLOCK + index}. */
  static final int BLOCK = 16;

  private Tag() {}
}
