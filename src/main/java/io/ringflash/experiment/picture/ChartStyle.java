package io.ringflash.experiment.picture;

import java.awt.Color;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** What all charts look like. */
final class ChartStyle {
  static final int WIDTH = 900;
  static final int HEIGHT = 480;

  /** Paul Tol's bright scheme: told apart by the colour-blind, too. */
  private static final Color[] COLOURS = {
    new Color(0x4477AA),
    new Color(0xEE6677),
    new Color(0x228833),
    new Color(0xCCBB44),
    new Color(0x66CCEE),
    new Color(0xAA3377),
    new Color(0xBBBBBB)
  };

  private ChartStyle() {}

  static void apply(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setSeriesColors(COLOURS);
    styler.setYAxisMin(0.0);
  }
}
