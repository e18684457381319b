package io.ringflash.experiment;

import java.util.stream.Collectors;

/** A run in a few words. */
public final class RunText {
  private static final double GIGA = 1e9;

  private RunText() {}

  /** Two lines: what computed, and how it went; and one for each device that was lost. */
  public static String render(RunReport report) {
    String devices =
        report.ranks().stream().map(RunReport.Rank::device).collect(Collectors.joining(", "));
    boolean auto = !report.attnType().equals(report.kernel());
    String checked =
        report.checkSeconds() == null
            ? ""
            : ", checked in %s".formatted(Units.seconds(report.checkSeconds()));
    return "kernel %s%s on %s, %s sharding%s%n%s, %s, %d of %d blocks computed, %s by %s exchange%s%s"
            .formatted(
                report.kernel(),
                auto ? " (picked by %s)".formatted(report.attnType()) : "",
                devices,
                report.sharding(),
                report.deterministic() ? ", deterministic" : "",
                Units.seconds(report.seconds()),
                Units.flopsPerSecond(report.gflopsPerSecond() * GIGA),
                report.computedBlocks(),
                report.allBlocks(),
                Units.bytes(report.bytesExchanged()),
                report.exchange(),
                report.exchangeReason().isEmpty() ? "" : " (%s)".formatted(report.exchangeReason()),
                checked)
        + report.losses().stream().map(RunText::loss).collect(Collectors.joining());
  }

  private static String loss(RunReport.Loss loss) {
    return "%nlost %s (rank %d) at step %d, and %s with it: %s"
        .formatted(
            loss.device(),
            loss.rank(),
            loss.step(),
            Units.seconds(loss.seconds()),
            loss.cause().replaceAll("\\p{Cntrl}", " "));
  }
}
