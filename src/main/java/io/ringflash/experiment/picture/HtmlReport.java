package io.ringflash.experiment.picture;

import io.ringflash.experiment.Json;
import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.bench.Measurement;
import io.ringflash.experiment.bench.SavedRun;
import io.ringflash.experiment.plan.CalibrationReport;
import io.ringflash.experiment.trace.GanttChart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Saved runs as one HTML page that needs nothing else: no network, no server. */
public final class HtmlReport {
  private static final String PAGE = "report.html";
  private static final String STYLE = "report.css";
  private static final String SCRIPT = "report.js";
  private static final String CHARTS =
      "/META-INF/resources/webjars/chart.js/4.4.9/dist/chart.umd.js";

  private HtmlReport() {}

  /**
   * @param calibration the planner's predictions of the runs, or null
   */
  public static String render(List<SavedRun> runs, @Nullable CalibrationReport calibration) {
    return resource(PAGE)
        .replace("{{style}}", resource(STYLE))
        .replace("{{timelines}}", timelines(runs))
        .replace("{{data}}", embedded(Json.line(ReportData.of(runs, calibration))))
        .replace("{{charts}}", resource(CHARTS))
        .replace("{{script}}", resource(SCRIPT));
  }

  /** The longest call of each run's largest ring. */
  private static String timelines(List<SavedRun> runs) {
    return runs.stream()
        .map(HtmlReport::timeline)
        .filter(figure -> !figure.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private static String timeline(SavedRun run) {
    return LargestCall.of(run.measurements())
        .map(measurement -> figure(run, measurement))
        .orElse("");
  }

  private static String figure(SavedRun run, Measurement measurement) {
    RunReport report = Objects.requireNonNull(measurement.run());
    return "<figure><div class=\"scroll\">%s</div><figcaption>%s</figcaption></figure>"
        .formatted(
            GanttChart.render(report),
            escaped("%s: %s".formatted(run.name(), measurement.record().subject())));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  /** A script element ends at the first {@code </script>}, wherever that stands. */
  private static String embedded(String json) {
    return json.replace("</", "<\\/");
  }

  private static String resource(String name) {
    try (InputStream stream = HtmlReport.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
