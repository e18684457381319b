package io.ringflash.experiment.picture;

import io.ringflash.experiment.bench.BenchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Where the time of each setting's longest calls went, as shares of the call. */
final class SplitChart {
  private static final int PERCENT = 100;
  private static final int LABEL_ANGLE = 45;

  private SplitChart() {}

  /** Empty if no record says where its time went. */
  static CategoryChart of(List<BenchRecord> records) {
    List<String> names = new ArrayList<>();
    List<BenchRecord> longest = new ArrayList<>();
    for (Map.Entry<String, List<BenchRecord>> curve : SpeedChart.curves(records).entrySet()) {
      names.add(curve.getKey());
      longest.add(curve.getValue().getLast());
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(ChartStyle.WIDTH)
            .height(ChartStyle.HEIGHT)
            .title("Where the time of the longest calls went")
            .yAxisTitle("% of the call")
            .build();
    ChartStyle.apply(chart.getStyler());
    chart.getStyler().setStacked(true);
    chart.getStyler().setXAxisLabelRotation(LABEL_ANGLE);
    chart.addSeries("kernel", names, shares(longest, BenchRecord::kernelMillis));
    chart.addSeries("exchange, exposed", names, shares(longest, BenchRecord::exposedMillis));
    chart.addSeries("host", names, shares(longest, BenchRecord::hostMillis));
    return chart;
  }

  private static List<Double> shares(
      List<BenchRecord> records, Function<BenchRecord, @Nullable Double> part) {
    List<Double> shares = new ArrayList<>();
    for (BenchRecord record : records) {
      Double millis = part.apply(record);
      shares.add(millis == null ? 0 : millis / record.medianMillis() * PERCENT);
    }
    return shares;
  }
}
