package io.ringflash.engine.cpu;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;

/**
 * Which pieces of a block have been packed: each one is by the first thread that needs it, and
 * threads that need the same ones share the work.
 */
final class PackStates {
  /** How often a thread looks whether another one has packed a piece, some tens of microseconds. */
  private static final int LOOKS = 2000;

  private static final int RAW = 0;
  private static final int UNDER_WAY = 1;
  private static final int PACKED = 2;

  private final AtomicIntegerArray states;

  PackStates(int pieces) {
    this.states = new AtomicIntegerArray(pieces);
  }

  /** Packs a piece if nobody has begun with it. */
  void begin(int piece, IntConsumer pack) {
    if (states.get(piece) == RAW && states.compareAndSet(piece, RAW, UNDER_WAY)) {
      pack.accept(piece);
      states.set(piece, PACKED);
    }
  }

  /**
   * Returns when a piece that somebody has begun with is packed. If another thread does not get on,
   * this one packs it, too: both write the same bits.
   */
  void require(int piece, IntConsumer pack) {
    if (!becomesPacked(piece)) {
      pack.accept(piece);
      states.set(piece, PACKED);
    }
  }

  private boolean becomesPacked(int piece) {
    for (int i = 0; i < LOOKS; i++) {
      if (states.get(piece) == PACKED) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /** Notes that a piece is packed by other means. */
  void set(int piece) {
    states.set(piece, PACKED);
  }
}
