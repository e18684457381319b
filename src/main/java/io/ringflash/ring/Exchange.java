package io.ringflash.ring;

/** How K/V blocks reach the device that folds them in next, in any number of runs. */
public interface Exchange extends AutoCloseable {
  /** The transfers of one run; runs follow each other. */
  Transfers begin(RingJob job);

  /** Stops accepting transfers; those under way must have been awaited. */
  @Override
  void close();
}
