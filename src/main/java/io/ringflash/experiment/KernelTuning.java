package io.ringflash.experiment;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KernelChoice;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.DeviceSpeeds;
import io.ringflash.ring.MachineScheduler;
import io.ringflash.ring.Scheduler;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out which of a device's kernels is fastest, and lets it take that one from then on. */
public final class KernelTuning {
  /** In the first one, the JVM has not yet compiled what launches a kernel. */
  public static final int ROUNDS = 2;

  private KernelTuning() {}

  /**
   * What was found for one problem.
   *
   * @param device its name
   * @param dtype storage type
   * @param headDim head dimension
   * @param speeds of all kernels, the fastest first
   * @param kept where the choice is kept
   */
  public record Finding(
      String device, String dtype, int headDim, List<Speed> speeds, String kept) {}

  /**
   * Speed of a kernel.
   *
   * @param gflopsPerSecond 10⁹ floating-point operations of a fold per second, without a mask
   */
  public record Speed(String kernel, double gflopsPerSecond) {}

  /**
   * Times all kernels of a device for problems like {@code problem}.
   *
   * @param alone a group of the device alone
   * @param progress advances by one with every kernel, {@value #ROUNDS} times
   * @return empty if there is nothing to choose from
   */
  public static Optional<Finding> tune(
      DeviceGroup alone, AttentionProblem problem, Progress progress) {
    return alone
        .device(0)
        .kernelChoice()
        .filter(choice -> choice.candidates(problem).size() > 1)
        .map(choice -> tune(alone, choice, problem, progress));
  }

  private static Finding tune(
      DeviceGroup alone, KernelChoice choice, AttentionProblem problem, Progress progress) {
    Scheduler scheduler = new MachineScheduler();
    Map<String, Double> gflops = new HashMap<>();
    List<String> kernels = choice.candidates(problem);
    for (int round = 0; round < ROUNDS; round++) {
      for (String kernel : kernels) {
        choice.take(problem, kernel);
        double pairs = DeviceSpeeds.measure(alone, 0, scheduler, problem, AttnType.AUTO)[0];
        gflops.merge(kernel, 4e-9 * pairs * problem.shape().headDim(), Math::max);
        progress.advance(1);
      }
    }
    List<Speed> speeds =
        kernels.stream()
            .map(kernel -> new Speed(kernel, gflops.getOrDefault(kernel, 0.0)))
            .sorted(Comparator.comparingDouble(Speed::gflopsPerSecond).reversed())
            .toList();
    choice.take(problem, speeds.getFirst().kernel());
    return new Finding(
        alone.device(0).info().id(),
        problem.dtype().label(),
        problem.shape().headDim(),
        speeds,
        choice.keep(problem));
  }
}
