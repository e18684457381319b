package io.ringflash.experiment.plan;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What a calibration adjusts.
 *
 * @param costs of computing and of a call
 * @param load from host memory to a device; of a shared processor, what one thread copies
 * @param processes what they pay, null unless several processes share a computer
 */
record Constants(Costs costs, Link load, @Nullable ProcessCosts processes) {
  /** Logarithms of all constants: a search in them stays positive. */
  double[] toLogarithms() {
    DoubleStream alone =
        DoubleStream.of(
            costs.flopsPerSecond(),
            costs.edgeKeys(),
            costs.stepSeconds(),
            costs.callSeconds(),
            costs.secondsPerOutputByte(),
            load.bytesPerSecond(),
            costs.crowding());
    DoubleStream together =
        processes == null
            ? DoubleStream.empty()
            : DoubleStream.of(
                processes.secondsPerByte(), processes.turnSeconds(), processes.messageSeconds());
    return DoubleStream.concat(alone, together).map(Math::log).toArray();
  }

  static Constants ofLogarithms(double[] point) {
    double[] values = Arrays.stream(point).map(Math::exp).toArray();
    return new Constants(
        new Costs(values[0], values[1], values[2], values[3], values[4], values[6]),
        new Link(values[5], 0),
        values.length == 7 ? null : new ProcessCosts(values[7], values[8], values[9]));
  }
}
