package io.ringflash.experiment.plan;

import io.ringflash.experiment.TextTable;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.plan.CalibrationReport.Group;
import io.ringflash.experiment.plan.CalibrationReport.Predicted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A calibration as text. */
public final class CalibrationText {
  private CalibrationText() {}

  /** Constants, every prediction, the errors. */
  public static String render(CalibrationReport report) {
    TextTable groups =
        new TextTable()
            .left("kernel")
            .right("measured")
            .right("speed")
            .right("edge keys")
            .right("per step")
            .right("per call")
            .right("writes")
            .right("loads")
            .right("crowding");
    report.groups().forEach(group -> groups.row(cells(group)));
    List<String> parts = new ArrayList<>();
    parts.add(groups.render());
    report.groups().stream()
        .map(Group::processes)
        .filter(Objects::nonNull)
        .map(CalibrationText::processes)
        .forEach(parts::add);
    parts.add(table(report.predictions()));
    parts.add(conclusion(report));
    if (!report.others().isEmpty()) {
      parts.add(table(report.others()));
      parts.add(
          "relative error of %d predictions of other runs: largest %s"
              .formatted(
                  report.others().size(),
                  percent(
                      report.others().stream()
                          .mapToDouble(other -> Math.abs(other.error()))
                          .max()
                          .orElse(0))));
    }
    return String.join(System.lineSeparator().repeat(2), parts);
  }

  private static String processes(ProcessCosts costs) {
    return "processes: %s/s between them, %s a turn, %s a message"
        .formatted(
            Units.bytes((long) (1 / costs.secondsPerByte())),
            Units.seconds(costs.turnSeconds()),
            Units.seconds(costs.messageSeconds()));
  }

  private static String table(List<Predicted> predictions) {
    TextTable table =
        new TextTable()
            .left("measurement")
            .right("measured ms")
            .right("predicted ms")
            .right("error")
            .right("held out");
    predictions.forEach(prediction -> table.row(cells(prediction)));
    return table.render();
  }

  /** One line: how far predictions are off. */
  public static String conclusion(CalibrationReport report) {
    return "relative error of %d predictions: median %s, largest %s; held out: median %s, largest %s"
        .formatted(
            report.predictions().size(),
            percent(report.medianError()),
            percent(report.maxError()),
            percent(report.heldOutMedianError()),
            percent(report.heldOutMaxError()));
  }

  private static List<String> cells(Group group) {
    return List.of(
        group.name(),
        String.valueOf(group.measurements()),
        Units.flopsPerSecond(group.flopsPerSecond()),
        Units.significant(group.edgeKeys()),
        Units.seconds(group.stepSeconds()),
        Units.seconds(group.callSeconds()),
        Units.bytes((long) group.outputBytesPerSecond()) + "/s",
        Units.bytes((long) group.loadBytesPerSecond()) + "/s",
        Units.significant(group.crowding()));
  }

  private static List<String> cells(Predicted prediction) {
    return List.of(
        prediction.subject(),
        Units.significant(prediction.measuredMillis()),
        Units.significant(prediction.predictedMillis()),
        percent(prediction.error()),
        percent(prediction.heldOutError()));
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
  }
}
