package io.ringflash.experiment.plan;

/**
 * One processor that all hosts of a machine share, because they are processes of one computer.
 *
 * @param cores of it
 * @param costs of sharing it
 */
record CoreSharing(int cores, ProcessCosts costs) {
  private static final double LEAST = 0.1;

  /** Cores that are left for computing and copying. */
  double capacity(int processes) {
    double moving = processes == 1 ? 0 : processes * costs.progressShare();
    return Math.max(LEAST, cores - moving);
  }
}
