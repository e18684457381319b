package io.ringflash.experiment.plan;

/** Brings blocks to ranks. */
interface SimulatedTransfers {
  /** The run begins. */
  default void start() {}

  /**
   * Starts bringing a step's block to a rank, as soon as it is to be had.
   *
   * @param done happens when it is there
   */
  void post(int rank, int step, Runnable done);

  /** A rank begins to fold in a step's block, so that its other slot is free. */
  default void folding(int rank, int step) {}

  /** K/V blocks that a device holds at once. */
  int blocksHeld();
}
