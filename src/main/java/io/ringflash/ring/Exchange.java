package io.ringflash.ring;

/** How K/V blocks reach the device that folds them in next, in any number of runs. */
public interface Exchange extends AutoCloseable {
  /**
   * The transfers of one run; runs follow each other.
   *
   * @param group devices of this process that take part
   */
  Transfers begin(DeviceGroup group, RingJob job);

  /** Stops accepting transfers; those under way must have been awaited. */
  @Override
  void close();
}
