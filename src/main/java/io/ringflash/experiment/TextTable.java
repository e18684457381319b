package io.ringflash.experiment;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table without borders: a header and rows of cells. */
public final class TextTable {
  /** Wider than any cell: cells are never broken into lines. */
  private static final int MAX_WIDTH = 1000;

  private final List<Column> columns = new ArrayList<>();
  private final List<Object[]> rows = new ArrayList<>();

  /** Adds a column of words. */
  public TextTable left(String header) {
    return column(header, HorizontalAlign.LEFT);
  }

  /** Adds a column of quantities. */
  public TextTable right(String header) {
    return column(header, HorizontalAlign.RIGHT);
  }

  public TextTable row(List<String> cells) {
    rows.add(cells.toArray());
    return this;
  }

  /** Lines without trailing blanks. */
  public String render() {
    String table =
        AsciiTable.builder()
            .border(AsciiTable.NO_BORDERS)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), rows.toArray(Object[][]::new))
            .asString();
    return table.lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
  }

  private TextTable column(String header, HorizontalAlign align) {
    columns.add(
        new Column().header(header).headerAlign(align).dataAlign(align).maxWidth(MAX_WIDTH));
    return this;
  }
}
