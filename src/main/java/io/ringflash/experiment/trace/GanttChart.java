package io.ringflash.experiment.trace;

import io.ringflash.experiment.RunReport;
import io.ringflash.experiment.RunReport.Rank;
import io.ringflash.experiment.Units;
import io.ringflash.experiment.svg.SvgWriter;
import io.ringflash.experiment.svg.Ticks;
import java.util.List;
import java.util.Locale;

/** A run as a Gantt chart in SVG: a row for each device, its transfers below what it computes. */
public final class GanttChart {
  private static final int WIDTH = 960;
  private static final int LEFT = 90;
  private static final int RIGHT = 20;
  private static final int TOP = 34;
  private static final int ROW = 46;
  private static final int COMPUTE_HEIGHT = 22;
  private static final int TRANSFER_HEIGHT = 8;
  private static final int GAP = 3;
  private static final int AXIS = 30;
  private static final int TICKS = 8;
  private static final int LEGEND_STEP = 140;

  /** Follows the reader's colour scheme; class names are prefixed for pages that hold several. */
  private static final String STYLE =
      """
      .gantt text{font:12px system-ui,sans-serif;fill:#333}
      .gantt .axis{stroke:#8886;stroke-width:1}
      .gantt .full{fill:#4477aa}.gantt .partial{fill:#66ccee}.gantt .wait{fill:#ee6677}
      .gantt .host{fill:#bbb}.gantt .transfer{fill:#228833}
      @media (prefers-color-scheme:dark){.gantt text{fill:#ddd}.gantt .host{fill:#777}}
      """;

  private final RunReport run;
  private final double seconds;

  private GanttChart(RunReport run) {
    this.run = run;
    this.seconds = Span.of(run).stream().mapToDouble(Span::end).max().orElse(0);
  }

  /** The SVG text. */
  public static String render(RunReport run) {
    return new GanttChart(run).draw();
  }

  private String draw() {
    int height = TOP + run.ranks().size() * ROW + AXIS;
    SvgWriter svg = new SvgWriter(WIDTH, height, "gantt", STYLE);
    legend(svg);
    axis(svg, height - AXIS);
    List<Span> spans = Span.of(run);
    for (Rank rank : run.ranks()) {
      int y = TOP + rank.rank() * ROW;
      svg.text(LEFT - 8, y + COMPUTE_HEIGHT - 6, "end", rank.device());
      spans.stream().filter(span -> span.rank() == rank.rank()).forEach(span -> bar(svg, span, y));
    }
    return svg.finish();
  }

  private void bar(SvgWriter svg, Span span, int y) {
    String title =
        "%s%n%s from %s on"
            .formatted(span.title(), Units.seconds(span.seconds()), Units.seconds(span.start()));
    double left = x(span.start());
    double width = x(span.end()) - left;
    if (span.kind().beside()) {
      svg.rect(left, y + COMPUTE_HEIGHT + GAP, width, TRANSFER_HEIGHT, "transfer", title);
    } else {
      svg.rect(left, y, width, COMPUTE_HEIGHT, colour(span), title);
    }
  }

  private static String colour(Span span) {
    return switch (span.kind()) {
      case WAIT -> "wait";
      case COMPUTE ->
          span.step() != null && span.step().mask().equals("partial") ? "partial" : "full";
      case TRANSFER -> "transfer";
      case PREPARE, FINISH -> "host";
    };
  }

  private static void legend(SvgWriter svg) {
    List<String> classes = List.of("full", "partial", "wait", "transfer", "host");
    List<String> names =
        List.of(
            "computes, full", "computes, masked", "waits", "receives K/V", "prepares, finishes");
    for (int i = 0; i < classes.size(); i++) {
      int x = LEFT + i * LEGEND_STEP;
      svg.rect(x, 8, 12, 12, classes.get(i), names.get(i));
      svg.text(x + 18, 18, "start", names.get(i));
    }
  }

  private void axis(SvgWriter svg, int y) {
    double step = Ticks.atLeast(seconds / TICKS);
    for (int i = 0; i * step <= seconds; i++) {
      double x = x(i * step);
      svg.line(x, TOP - 6, x, y, "axis");
      svg.text(x, y + 16, "middle", milliseconds(i * step, step));
    }
  }

  private double x(double time) {
    double span = seconds > 0 ? seconds : 1;
    return LEFT + time / span * (WIDTH - LEFT - RIGHT);
  }

  private static String milliseconds(double time, double step) {
    int decimals = Math.clamp(-(long) Math.floor(Math.log10(step * 1e3)), 0, 3);
    return String.format(Locale.ROOT, "%." + decimals + "f ms", time * 1e3);
  }
}
