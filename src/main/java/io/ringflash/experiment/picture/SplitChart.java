package io.ringflash.experiment.picture;

import io.ringflash.experiment.Units;
import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.svg.SvgWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the time of each setting's longest call went, as shares of the call. */
final class SplitChart {
  private static final int LEFT = 280;
  private static final int RIGHT = 880;
  private static final int TOP = 44;
  private static final int ROW = 24;
  private static final int BAR = 16;
  private static final int LEGEND_STEP = 170;
  private static final List<String> NAMES = List.of("kernel", "exchange, exposed", "host");

  /** Blue, red, grey. */
  private static final List<String> COLOURS = List.of("c0", "c1", "c6");

  private SplitChart() {}

  /** The SVG text. */
  static String of(List<BenchRecord> records) {
    Map<String, List<BenchRecord>> curves = Curves.of(records);
    int height = TOP + curves.size() * ROW + ROW;
    SvgWriter svg = new SvgWriter(ChartStyle.WIDTH, height, "chart", ChartStyle.CSS);
    svg.text(20, 18, "start", "Where the longest calls went");
    for (int i = 0; i < NAMES.size(); i++) {
      int x = LEFT + i * LEGEND_STEP;
      svg.rect(x, 8, 12, 12, COLOURS.get(i), NAMES.get(i));
      svg.text(x + 18, 18, "start", NAMES.get(i));
    }
    int y = TOP;
    for (Map.Entry<String, List<BenchRecord>> curve : curves.entrySet()) {
      svg.text(LEFT - 10, y + BAR - 3, "end", curve.getKey());
      draw(svg, curve.getValue().getLast(), y);
      y += ROW;
    }
    return svg.finish();
  }

  private static void draw(SvgWriter svg, BenchRecord record, int y) {
    double[] parts = {
      orZero(record.kernelMillis()), orZero(record.exposedMillis()), orZero(record.hostMillis())
    };
    double total = parts[0] + parts[1] + parts[2];
    double x = LEFT;
    for (int i = 0; i < parts.length && total > 0; i++) {
      double width = parts[i] / total * (RIGHT - LEFT);
      String title = NAMES.get(i) + " " + Units.significant(parts[i]) + " ms";
      svg.rect(x, y, width, BAR, COLOURS.get(i), title);
      x += width;
    }
  }

  private static double orZero(@Nullable Double millis) {
    return millis == null ? 0 : millis;
  }
}
