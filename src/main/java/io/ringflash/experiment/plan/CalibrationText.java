package io.ringflash.experiment.plan;

import io.ringflash.experiment.TextTable;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.plan.CalibrationReport.Group;
import io.ringflash.experiment.plan.CalibrationReport.Predicted;
import java.util.List;
import java.util.Locale;

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
    TextTable predictions =
        new TextTable()
            .left("measurement")
            .right("measured ms")
            .right("predicted ms")
            .right("error")
            .right("held out");
    report.predictions().forEach(prediction -> predictions.row(cells(prediction)));
    return "%s%n%n%s%n%n%s".formatted(groups.render(), predictions.render(), conclusion(report));
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
