package io.ringflash.experiment;

import io.ringflash.attention.BlockMask;
import io.ringflash.ring.RankReport;
import io.ringflash.ring.RingReport;
import io.ringflash.ring.RingSchedule.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The ring step by step: a line a device, a column a step, in each the K/V block and how much of it
 * the mask leaves.
 */
public final class RingDiagram {
  private final Symbols symbols;

  public RingDiagram(Symbols symbols) {
    this.symbols = symbols;
  }

  /**
   * Draws a run.
   *
   * @param shares of the work, per rank
   */
  public String render(RingReport report, double[] shares) {
    TextTable table = new TextTable().left("device").left("joint");
    for (Step step : report.schedule().steps(0)) {
      table.left("step " + step.index());
    }
    table.right("received").right("busy").right("work");
    for (RankReport rank : report.ranks()) {
      table.row(cells(report, rank, shares[rank.rank()]));
    }
    return table.render();
  }

  private List<String> cells(RingReport report, RankReport rank, double share) {
    List<String> cells = new ArrayList<>();
    cells.add(rank.device());
    boolean joint = rank.steps().stream().anyMatch(step -> step.step().block() < 0);
    cells.add(joint ? String.valueOf(symbols.full()) : "");
    for (Step step : report.schedule().steps(rank.rank())) {
      cells.add(cell(step));
    }
    cells.add(Units.bytes(rank.bytes()));
    cells.add(Units.seconds(rank.computeNanos() * 1e-9));
    cells.add(Units.percent(share));
    return cells;
  }

  private String cell(Step step) {
    char symbol = symbols.of(step.mask());
    return step.mask() == BlockMask.EMPTY
        ? String.valueOf(symbol)
        : "%c %d".formatted(symbol, step.block());
  }
}
