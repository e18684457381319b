package io.ringflash.experiment.picture;

/** What all charts look like. Follows the reader's colour scheme. */
final class ChartStyle {
  static final int WIDTH = 900;

  /** Colours of curves, classes {@code c0} and so on; then they begin again. */
  static final int COLOURS = 7;

  /** Paul Tol's bright scheme: told apart by the colour-blind, too. */
  static final String CSS =
      """
      .chart text{font:12px system-ui,sans-serif;fill:#333}
      .chart .axis{stroke:#8886;stroke-width:1}
      .chart line{stroke-width:2}
      .c0{stroke:#4477aa;fill:#4477aa}.c1{stroke:#ee6677;fill:#ee6677}.c2{stroke:#228833;fill:#228833}
      .c3{stroke:#ccbb44;fill:#ccbb44}.c4{stroke:#66ccee;fill:#66ccee}.c5{stroke:#aa3377;fill:#aa3377}
      .c6{stroke:#999;fill:#999}
      @media (prefers-color-scheme:dark){.chart text{fill:#ddd}}
      """;

  private ChartStyle() {}

  static String colour(int index) {
    return "c" + index % COLOURS;
  }
}
