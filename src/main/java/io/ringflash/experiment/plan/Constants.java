package io.ringflash.experiment.plan;

/**
 * What a calibration adjusts.
 *
 * @param costs of computing and of a call
 * @param load from host memory to a device; of a shared processor, what one thread copies
 */
record Constants(Costs costs, Link load) {
  /** Logarithms of all constants: a search in them stays positive. */
  double[] toLogarithms() {
    return new double[] {
      Math.log(costs.flopsPerSecond()),
      Math.log(costs.edgeKeys()),
      Math.log(costs.stepSeconds()),
      Math.log(costs.callSeconds()),
      Math.log(costs.secondsPerOutputByte()),
      Math.log(load.bytesPerSecond()),
      Math.log(costs.crowding()),
    };
  }

  static Constants ofLogarithms(double[] point) {
    return new Constants(
        new Costs(
            Math.exp(point[0]),
            Math.exp(point[1]),
            Math.exp(point[2]),
            Math.exp(point[3]),
            Math.exp(point[4]),
            Math.exp(point[6])),
        new Link(Math.exp(point[5]), 0));
  }
}
