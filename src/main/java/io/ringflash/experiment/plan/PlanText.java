package io.ringflash.experiment.plan;

import io.ringflash.experiment.TextTable;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.plan.PlanReport.Choice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan as text. */
public final class PlanText {
  private PlanText() {}

  /** What was asked, every choice, and what follows from the best one. */
  public static String render(PlanReport plan) {
    return "%s, %d device%s: %s, %s, %s%n%s of visible pairs, %s without a pause%n%n%s%n%n%s"
        .formatted(
            plan.machine(),
            plan.devices(),
            plan.devices() == 1 ? "" : "s",
            plan.shape(),
            plan.dtype(),
            plan.mask(),
            Units.flops(plan.flops()),
            milliseconds(plan.idealSeconds()),
            table(plan),
            conclusion(plan));
  }

  private static String table(PlanReport plan) {
    TextTable table =
        new TextTable()
            .left("sharding")
            .left("exchange")
            .right("time per layer")
            .right("TFLOP/s")
            .right("efficiency")
            .right("busiest computes")
            .right("exchange exposed")
            .right("memory per device");
    plan.choices().forEach(choice -> table.row(cells(choice)));
    return table.render();
  }

  private static List<String> cells(Choice choice) {
    return List.of(
        choice.sharding(),
        choice.exchange(),
        milliseconds(choice.seconds()),
        Units.significant(choice.tflops()),
        Units.percent(choice.efficiency()),
        milliseconds(choice.computeSeconds()),
        milliseconds(choice.exposedSeconds()),
        Units.bytes(choice.memoryBytes()) + (choice.fits() ? "" : " too much"));
  }

  private static String conclusion(PlanReport plan) {
    Choice best = plan.choices().getFirst();
    String advice =
        "best: %s sharding, %s exchange%s"
            .formatted(
                best.sharding(),
                best.exchange(),
                best.fits() ? "" : ", but it does not fit into a device's memory");
    if (plan.devices() == 1) {
      return advice;
    }
    return advice + "\n" + hiding(plan.smallestShard());
  }

  private static String hiding(@Nullable Long shard) {
    if (shard == null) {
      return "no shard is long enough to hide its traffic";
    }
    return shard == 1
        ? "its traffic is hidden whatever the length of the shards"
        : "its traffic is hidden from %s tokens per device on".formatted(Units.count(shard));
  }

  private static String milliseconds(double seconds) {
    return Units.significant(seconds * 1e3) + " ms";
  }
}
