package io.ringflash.experiment.bench;

import io.ringflash.attention.AttentionProblem;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.DevicePeaks;
import io.ringflash.engine.StopSignal.StoppedException;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.ring.process.ProcessGroup;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the devices of a ring can do at most, together. */
final class RingPeaks {
  private RingPeaks() {}

  /**
   * Lets all devices of all processes measure at once, as they compute at once.
   *
   * @return the sum, empty if a device has no probe; that of all processes on the first one
   */
  static Optional<DevicePeaks> measure(
      DeviceGroup group, ProcessGroup processes, AttnType attnType, AttentionProblem problem) {
    Optional<DevicePeaks> here = measure(group, attnType, problem);
    double[] peaks =
        here.map(p -> new double[] {p.flopsPerSecond(), p.bytesPerSecond()}).orElse(new double[0]);
    List<double[]> all = processes.gather(double[].class, peaks);
    if (all.isEmpty() || all.stream().anyMatch(p -> p.length == 0)) {
      return Optional.empty();
    }
    return Optional.of(
        new DevicePeaks(
            all.stream().mapToDouble(p -> p[0]).sum(), all.stream().mapToDouble(p -> p[1]).sum()));
  }

  private static Optional<DevicePeaks> measure(
      DeviceGroup group, AttnType attnType, AttentionProblem problem) {
    try (ExecutorService executor = Executors.newFixedThreadPool(group.size())) {
      List<Callable<Optional<DevicePeaks>>> probes =
          group.devices().stream()
              .<Callable<Optional<DevicePeaks>>>map(
                  device -> () -> device.measurePeaks(attnType, problem))
              .toList();
      double flops = 0;
      double bytes = 0;
      for (Future<Optional<DevicePeaks>> probe : executor.invokeAll(probes)) {
        Optional<DevicePeaks> peaks = probe.get();
        if (peaks.isEmpty()) {
          return Optional.empty();
        }
        flops += peaks.get().flopsPerSecond();
        bytes += peaks.get().bytesPerSecond();
      }
      return Optional.of(new DevicePeaks(flops, bytes));
    } catch (ExecutionException e) {
      throw new IllegalStateException("measuring the devices' peaks failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }
}
