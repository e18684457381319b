package io.ringflash.experiment.picture;

import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Speed over the number of tokens, a curve for each setting. */
final class SpeedChart {
  private static final double GIGA_PER_TERA = 1000;
  private static final long KILO = 1024;

  private SpeedChart() {}

  static XYChart of(List<BenchRecord> records) {
    boolean slow = records.stream().allMatch(record -> record.tflops() < 1);
    XYChart chart =
        new XYChartBuilder()
            .width(ChartStyle.WIDTH)
            .height(ChartStyle.HEIGHT)
            .title("Speed of whole calls")
            .xAxisTitle("tokens")
            .yAxisTitle(slow ? "GFLOP/s" : "TFLOP/s")
            .build();
    ChartStyle.apply(chart.getStyler());
    chart.getStyler().setXAxisTickLabelsFormattingFunction(SpeedChart::powerOfTwo);
    curves(records)
        .forEach((label, curve) ->
            chart
                .addSeries(
                    label,
                    curve.stream().mapToDouble(SpeedChart::logarithm).toArray(),
                    curve.stream()
                        .mapToDouble(record -> record.tflops() * (slow ? GIGA_PER_TERA : 1))
                        .toArray())
                .setMarker(SeriesMarkers.CIRCLE));
    return chart;
  }

  /** Curves by label, each in ascending order of tokens. */
  static Map<String, List<BenchRecord>> curves(List<BenchRecord> records) {
    Labels labels = Labels.ofCurves(records);
    Map<String, List<BenchRecord>> curves = new LinkedHashMap<>();
    records.forEach(record ->
        curves.computeIfAbsent(labels.of(record), label -> new ArrayList<>()).add(record));
    curves.values().forEach(curve -> curve.sort(Comparator.comparingLong(BenchRecord::seqQ)));
    return curves;
  }

  /** The axis is linear in this: XChart's logarithmic one has ticks at powers of ten alone. */
  private static double logarithm(BenchRecord record) {
    return Math.log(record.seqQ()) / Math.log(2);
  }

  /** Label of a tick, none between powers. */
  private static String powerOfTwo(double exponent) {
    boolean whole = Math.abs(exponent - Math.rint(exponent)) < 1e-6;
    return whole ? tokens(1L << Math.round(exponent)) : "";
  }

  private static String tokens(long tokens) {
    return tokens >= KILO && tokens % KILO == 0 ? tokens / KILO + "k" : String.valueOf(tokens);
  }
}
