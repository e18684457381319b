package io.ringflash.experiment.picture;

import io.ringflash.experiment.Units;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.svg.SvgWriter;
import io.ringflash.experiment.svg.Ticks;
import java.util.List;
import java.util.Map;

/** Speed over the number of tokens, a curve for each setting. */
final class SpeedChart {
  private static final int LEFT = 60;
  private static final int RIGHT = 640;
  private static final int TOP = 36;
  private static final int BOTTOM = 380;
  private static final int MARGIN = 46;
  private static final int LEGEND = RIGHT + 24;
  private static final int LEGEND_ROW = 20;
  private static final int MARKER = 7;
  private static final int Y_TICKS = 6;
  private static final long KILO = 1024;
  private static final double GIGA_PER_TERA = 1000;

  private final Map<String, List<BenchRecord>> curves;
  private final List<Long> tokens;
  private final boolean slow;
  private final double highest;

  private SpeedChart(List<BenchRecord> records) {
    this.curves = Curves.of(records);
    this.tokens = records.stream().map(BenchRecord::seqQ).distinct().sorted().toList();
    this.slow = records.stream().allMatch(record -> record.tflops() < 1);
    this.highest = records.stream().mapToDouble(this::speed).max().orElse(1);
  }

  /** The SVG text. */
  static String of(List<BenchRecord> records) {
    return new SpeedChart(records).draw();
  }

  private String draw() {
    int height = Math.max(BOTTOM + MARGIN, TOP + curves.size() * LEGEND_ROW + MARGIN);
    SvgWriter svg = new SvgWriter(ChartStyle.WIDTH, height, "chart", ChartStyle.CSS);
    svg.text(LEFT, 18, "start", "Speed of whole calls, " + (slow ? "GFLOP/s" : "TFLOP/s"));
    double step = Ticks.atLeast(highest / Y_TICKS);
    for (int i = 0; i * step <= highest; i++) {
      svg.line(LEFT, y(i * step), RIGHT, y(i * step), "axis");
      svg.text(LEFT - 8, y(i * step) + 4, "end", Units.significant(i * step));
    }
    for (long count : tokens) {
      svg.line(x(count), TOP, x(count), BOTTOM, "axis");
      svg.text(x(count), BOTTOM + 18, "middle", label(count));
    }
    svg.text((LEFT + RIGHT) / 2.0, BOTTOM + 38, "middle", "tokens");
    int index = 0;
    for (Map.Entry<String, List<BenchRecord>> curve : curves.entrySet()) {
      draw(svg, curve.getKey(), curve.getValue(), index++);
    }
    return svg.finish();
  }

  private void draw(SvgWriter svg, String name, List<BenchRecord> curve, int index) {
    String colour = ChartStyle.colour(index);
    for (int i = 1; i < curve.size(); i++) {
      BenchRecord from = curve.get(i - 1);
      BenchRecord to = curve.get(i);
      svg.line(x(from.seqQ()), y(speed(from)), x(to.seqQ()), y(speed(to)), colour);
    }
    for (BenchRecord record : curve) {
      mark(svg, x(record.seqQ()), y(speed(record)), colour, Units.significant(speed(record)));
    }
    int y = TOP + index * LEGEND_ROW;
    mark(svg, LEGEND, y, colour, name);
    svg.text(LEGEND + 14, y + 4, "start", name);
  }

  private static void mark(SvgWriter svg, double x, double y, String colour, String title) {
    svg.rect(x - MARKER / 2.0, y - MARKER / 2.0, MARKER, MARKER, colour, title);
  }

  private double speed(BenchRecord record) {
    return record.tflops() * (slow ? GIGA_PER_TERA : 1);
  }

  /** Doublings are equally far apart. */
  private double x(long count) {
    double first = Math.log(tokens.getFirst());
    double span = Math.log(tokens.getLast()) - first;
    double share = span > 0 ? (Math.log(count) - first) / span : 0.5;
    return LEFT + 20 + share * (RIGHT - LEFT - 40);
  }

  private double y(double speed) {
    return BOTTOM - speed / highest * (BOTTOM - TOP);
  }

  private static String label(long count) {
    return count >= KILO && count % KILO == 0 ? count / KILO + "k" : String.valueOf(count);
  }
}
