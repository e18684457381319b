package io.ringflash.experiment.plan;

/**
 * What bytes travel over.
 *
 * @param bytesPerSecond in one direction
 * @param latencySeconds before the first byte arrives
 */
public record Link(double bytesPerSecond, double latencySeconds) {
  /**
   * @throws IllegalArgumentException if the speed is not positive or the latency is negative
   */
  public Link {
    if (!(bytesPerSecond > 0)) {
      throw new IllegalArgumentException("link should be positive but got " + bytesPerSecond);
    }
    if (!(latencySeconds >= 0)) {
      throw new IllegalArgumentException("latency should be at least 0 but got " + latencySeconds);
    }
  }
}
