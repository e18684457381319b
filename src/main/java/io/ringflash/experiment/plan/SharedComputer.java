package io.ringflash.experiment.plan;

/**
 * The computer that the processes of saved runs shared.
 *
 * @param cores of it
 * @param networkBytesPerSecond from each process to the next one, infinite if only the cores limit
 *     it
 */
public record SharedComputer(int cores, double networkBytesPerSecond) {
  /**
   * @throws IllegalArgumentException if there is no core
   */
  public SharedComputer {
    if (cores < 1) {
      throw new IllegalArgumentException("shared-cores should be at least 1 but got " + cores);
    }
  }
}
