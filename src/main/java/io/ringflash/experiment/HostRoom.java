package io.ringflash.experiment;

import io.ringflash.engine.cpu.HostMemory;

/**
 * Room in this machine's memory, which is asked for before it is taken: Linux grants any process
 * more than there is, and kills it without a word once it writes there.
 *
 * @param freeBytes that could be taken
 */
record HostRoom(long freeBytes) {
  /** What there is at this moment. */
  static HostRoom now() {
    return new HostRoom(HostMemory.availableBytes());
  }

  /**
   * @param what takes the bytes
   * @throws IllegalArgumentException if there are fewer
   */
  void require(String what, double bytes) {
    if (bytes > freeBytes) {
      throw new IllegalArgumentException(
          "the host should have %s of free memory for %s but has %s"
              .formatted(Units.bytes(bytes), what, Units.bytes(freeBytes)));
    }
  }
}
