package io.ringflash.experiment.plan;

import io.ringflash.attention.AttentionShape;
import io.ringflash.ring.Sharding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan, as JSON shows it. Times are seconds.
 *
 * @param machine that was described
 * @param devices of all hosts
 * @param hosts that they are in
 * @param shape sizes of the problem
 * @param mask in words
 * @param dtype storage type
 * @param flops of one layer
 * @param idealSeconds of the layer if no device ever paused
 * @param choices shardings and exchanges, the fastest first
 * @param smallestShard tokens per device from which on the best choice hides its traffic, null if
 *     there is none or no traffic
 */
public record PlanReport(
    String machine,
    int devices,
    int hosts,
    AttentionShape shape,
    String mask,
    String dtype,
    double flops,
    double idealSeconds,
    List<Choice> choices,
    @Nullable Long smallestShard) {
  private static final double TERA = 1e12;

  /**
   * One way of computing the layer.
   *
   * @param seconds of the layer
   * @param tflops of all devices together
   * @param efficiency {@code idealSeconds / seconds}
   * @param computeSeconds of the busiest device
   * @param exposedSeconds that the last device to end waits for blocks
   * @param memoryBytes that a device needs
   * @param fits whether it has them
   */
  public record Choice(
      String sharding,
      String exchange,
      double seconds,
      double tflops,
      double efficiency,
      double computeSeconds,
      double exposedSeconds,
      long memoryBytes,
      boolean fits) {
    static Choice of(
        Sharding sharding,
        PlanExchange exchange,
        Prediction prediction,
        double flops,
        Machine machine) {
      return new Choice(
          sharding.label(),
          exchange.label(),
          prediction.seconds(),
          flops / prediction.seconds() / TERA,
          prediction.efficiency(),
          prediction.computeSeconds(),
          prediction.exposedSeconds(),
          (long) prediction.memoryBytes(),
          prediction.memoryBytes() <= machine.memoryBytes());
    }
  }
}
