package io.ringflash.experiment.plan;

/**
 * The constants of a device's kernel and of a call.
 *
 * @param flopsPerSecond that the kernel achieves: on one device, or on the whole processor if
 *     devices share one
 * @param edgeKeys masked keys that each query pays for where a mask's edge crosses a block: tiles
 *     are computed whole
 * @param stepSeconds of every step, however small; of one thread if devices share a processor
 * @param callSeconds of every call, however small
 * @param secondsPerOutputByte of writing results to the host, one call's as FP32
 * @param crowding how many times as long a fold takes where several devices share the processor
 */
public record Costs(
    double flopsPerSecond,
    double edgeKeys,
    double stepSeconds,
    double callSeconds,
    double secondsPerOutputByte,
    double crowding) {
  /** Half a tile of 128 keys. */
  public static final double DEFAULT_EDGE_KEYS = 64;

  private static final double TERA = 1e12;

  /**
   * @throws IllegalArgumentException if the speed is not positive
   */
  public Costs {
    if (!(flopsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "tflops should be positive but got " + flopsPerSecond / TERA);
    }
  }

  /** Results stay on the device: what a layer of a model pays. */
  public static Costs ofLayer(double flopsPerSecond, double stepSeconds) {
    return new Costs(flopsPerSecond, DEFAULT_EDGE_KEYS, stepSeconds, 0, 0, 1);
  }
}
