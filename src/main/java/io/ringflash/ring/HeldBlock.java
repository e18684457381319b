package io.ringflash.ring;

import io.ringflash.engine.KeyValueBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A block in a device's buffer, which other devices may copy from there. {@link PeerTransfers}
 * guards it.
 */
final class HeldBlock {
  /** Devices that will still copy it, those that do so now included. */
  private int readersLeft;

  private int reading;
  private boolean underWay;
  private boolean withdrawn;

  /** Where it is once it has arrived. */
  private @Nullable KeyValueBuffer buffer;

  /**
   * @param readers devices that will copy it
   */
  HeldBlock(int readers) {
    this.readersLeft = readers;
  }

  /** Its transfer to this rank begins, which waits for nobody any more. */
  void setOut() {
    underWay = true;
  }

  /** Whether its transfer to this rank has begun. */
  boolean isUnderWay() {
    return underWay;
  }

  void arrive(KeyValueBuffer place) {
    buffer = place;
  }

  boolean isIn(KeyValueBuffer place) {
    return buffer == place;
  }

  /** Whether it may be copied now. */
  boolean isReadable() {
    return buffer != null && !withdrawn;
  }

  boolean isRead() {
    return reading > 0;
  }

  /** Whether nobody will copy it any more. */
  boolean isDone() {
    return readersLeft == 0;
  }

  void withdraw() {
    withdrawn = true;
  }

  /**
   * One device begins to copy.
   *
   * @return where from
   */
  KeyValueBuffer beginRead() {
    if (buffer == null) {
      throw new IllegalStateException("the block is not here");
    }
    reading++;
    return buffer;
  }

  void endRead() {
    reading--;
    readersLeft--;
  }
}
