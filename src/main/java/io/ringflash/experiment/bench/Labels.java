package io.ringflash.experiment.bench;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Short names that tell records apart: the settings that vary among them. */
public final class Labels {
  private static final Set<String> TOKENS = Set.of("Sq", "Sk");
  private static final Set<String> UNITS = Set.of("B", "H", "KVH", "D", "joint", "threads");

  private final List<Column> columns;

  private Labels(List<Column> columns) {
    this.columns = columns;
  }

  /** Names of single records. */
  public static Labels ofRecords(List<BenchRecord> records) {
    return of(records, Set.of());
  }

  /** Names of curves over the number of tokens: records that differ in nothing else share one. */
  public static Labels ofCurves(List<BenchRecord> records) {
    return of(records, TOKENS);
  }

  private static Labels of(List<BenchRecord> records, Set<String> without) {
    return new Labels(
        Column.ALL.stream()
            .filter(Column::setting)
            .filter(c -> !without.contains(c.header()) && !c.header().equals("kernel"))
            .filter(c -> c.variesAmong(records))
            .toList());
  }

  /** Such as {@code 2×cpu zigzag}; the engine alone if nothing varies. */
  public String of(BenchRecord record) {
    String label =
        columns.stream().map(column -> word(column, record)).collect(Collectors.joining(" "));
    return label.isEmpty() ? record.engine() : label;
  }

  private static String word(Column column, BenchRecord record) {
    String cell = column.cell().apply(record);
    return UNITS.contains(column.header()) || TOKENS.contains(column.header())
        ? column.header() + cell
        : cell;
  }
}
