package io.ringflash.experiment.plan;

/**
 * What a simulation came to. Times are seconds.
 *
 * @param seconds of one layer, or one call
 * @param computeSeconds that the rank computes which computes longest
 * @param exposedSeconds that the rank waits for blocks which ends last
 * @param firstWaitSeconds of it before its first step, which nothing can hide
 * @param efficiency speed relative to devices that compute visible pairs without a pause
 * @param memoryBytes that a device needs
 */
public record Prediction(
    double seconds,
    double computeSeconds,
    double exposedSeconds,
    double firstWaitSeconds,
    double efficiency,
    double memoryBytes) {
  /** Waiting that longer shards could hide. */
  double avoidableSeconds() {
    return Math.max(0, exposedSeconds - firstWaitSeconds);
  }
}
