package io.ringflash.experiment.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well the simulation tells what was measured, as JSON shows it.
 *
 * @param groups of measurements that share constants
 * @param predictions one per measurement
 * @param others of runs that the constants were not fitted to at all
 * @param medianError of the predictions' relative errors, with constants from all measurements
 * @param maxError their largest
 * @param heldOutMedianError the same for measurements that the constants were not fitted to
 * @param heldOutMaxError their largest
 */
public record CalibrationReport(
    List<Group> groups,
    List<Predicted> predictions,
    List<Predicted> others,
    double medianError,
    double maxError,
    double heldOutMedianError,
    double heldOutMaxError) {
  /**
   * Constants of one kernel.
   *
   * @param name engine, kernel, storage type and head dimension
   * @param measurements that they were fitted to
   * @param flopsPerSecond that the kernel achieves
   * @param edgeKeys masked keys that each query pays for at a mask's edge
   * @param stepSeconds of every step
   * @param callSeconds of every call
   * @param outputBytesPerSecond at which results are written
   * @param loadBytesPerSecond at which blocks are brought to a device
   * @param crowding how many times as long a fold takes where several devices share the processor
   * @param processes what processes pay that share a computer, null if none were told to do so
   */
  public record Group(
      String name,
      int measurements,
      double flopsPerSecond,
      double edgeKeys,
      double stepSeconds,
      double callSeconds,
      double outputBytesPerSecond,
      double loadBytesPerSecond,
      double crowding,
      @Nullable ProcessCosts processes) {}

  /**
   * One measurement.
   *
   * @param run that it is from
   * @param subject what was measured
   * @param measuredMillis median
   * @param predictedMillis with constants from all measurements
   * @param error relative
   * @param heldOutError relative, with constants from other measurements alone
   */
  public record Predicted(
      String run,
      String subject,
      double measuredMillis,
      double predictedMillis,
      double error,
      double heldOutError) {}
}
