package io.ringflash.experiment.bench;

import io.ringflash.experiment.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Records for people: settings that never change stand above the table, not in every row. */
final class RecordTable {
  private final List<BenchRecord> records;
  private final List<Column> columns;

  RecordTable(List<BenchRecord> records) {
    this.records = records;
    this.columns = Column.ALL.stream().filter(c -> !c.setting() || c.variesAmong(records)).toList();
  }

  /**
   * A table at most {@code width} characters wide if that is possible: the columns that matter
   * least are left out, and named.
   */
  String text(int width) {
    List<Column> shown = new ArrayList<>(columns);
    List<String> dropped = new ArrayList<>();
    String table = text(shown);
    for (String expendable : Column.EXPENDABLE) {
      if (widest(table) > width && shown.removeIf(c -> c.header().equals(expendable))) {
        dropped.add(expendable);
        table = text(shown);
      }
    }
    String note =
        dropped.isEmpty()
            ? ""
            : "\nleft out to fit the width: %s (-o md has them)"
                .formatted(String.join(", ", dropped));
    return caption() + "\n" + table + note;
  }

  /** The same as a table of GitHub's Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder(caption()).append("\n\n|");
    columns.forEach(column -> text.append(' ').append(column.header()).append(" |"));
    text.append("\n|");
    columns.forEach(column -> text.append(column.number() ? " ---: |" : " --- |"));
    for (BenchRecord record : records) {
      text.append("\n|");
      columns.forEach(column -> text.append(' ').append(column.cell().apply(record)).append(" |"));
    }
    return text.toString();
  }

  private String caption() {
    if (records.isEmpty()) {
      return "no measurements";
    }
    return Column.ALL.stream()
        .filter(column -> column.setting() && column.isConstantAmong(records))
        .map(column -> column.header() + " " + column.cell().apply(records.getFirst()))
        .collect(Collectors.joining(", "));
  }

  private String text(List<Column> shown) {
    TextTable table = new TextTable();
    for (Column column : shown) {
      if (column.number()) {
        table.right(column.header());
      } else {
        table.left(column.header());
      }
    }
    for (BenchRecord record : records) {
      table.row(shown.stream().map(column -> column.cell().apply(record)).toList());
    }
    return table.render();
  }

  private static int widest(String table) {
    return table.lines().mapToInt(String::length).max().orElse(0);
  }
}
