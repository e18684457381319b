package io.ringflash.experiment.bench;

import io.ringflash.experiment.Units;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table for people.
 *
 * @param header above it
 * @param setting whether it says what was measured; a setting that never changes is left out
 * @param number whether it is aligned to the right
 * @param cell text for a record
 */
record Column(String header, boolean setting, boolean number, Function<BenchRecord, String> cell) {
  private static final String KEYS = "Sk";
  private static final String NOT_MEASURED = "–";

  /** What a narrow table does without, in this order. */
  static final List<String> EXPENDABLE =
      List.of(
          "hidden",
          "host",
          "exposed",
          "kernel ms",
          "exchange",
          "kernel",
          "verified",
          "95% CI",
          "engine",
          "of peak");

  /** Settings, then what was measured. */
  static final List<Column> ALL =
      List.of(
          word("engine", BenchRecord::engine),
          word("devices", Column::devices),
          word("attnType", BenchRecord::attnType),
          word("kernel", r -> r.kernel() == null ? "" : r.kernel()),
          count("threads", r -> r.threads()),
          word("dtype", BenchRecord::dtype),
          count("B", r -> r.batch()),
          count("H", r -> r.heads()),
          count("KVH", r -> r.kvHeads()),
          count("D", r -> r.headDim()),
          count("joint", r -> r.jointTokens()),
          word("mask", BenchRecord::mask),
          word("sharding", BenchRecord::sharding),
          word("exchange", BenchRecord::exchange),
          count("Sq", r -> r.seqQ()),
          count(KEYS, r -> r.seqK()),
          measured("median ms", r -> digits(r.medianMillis())),
          measured("TFLOP/s", r -> digits(r.tflops())),
          measured("verified", r -> r.verified() ? "yes" : "no"),
          measured("95% CI", Column::interval),
          measured("of peak", r -> percent(r.peakShare())),
          measured("efficiency", r -> percent(r.ringEfficiency())),
          measured("kernel ms", r -> digits(r.kernelMillis())),
          measured("exposed", r -> digits(r.exposedMillis())),
          measured("host", r -> digits(r.hostMillis())),
          measured("hidden", r -> digits(r.hiddenMillis())));

  /** Whether it tells records apart; keys do not where there are as many as queries. */
  boolean variesAmong(List<BenchRecord> records) {
    if (header.equals(KEYS) && records.stream().allMatch(r -> r.seqK() == r.seqQ())) {
      return false;
    }
    return !isConstantAmong(records);
  }

  /** Whether all records have the same. */
  boolean isConstantAmong(List<BenchRecord> records) {
    return records.stream().map(cell).distinct().count() <= 1;
  }

  private static Column word(String header, Function<BenchRecord, String> cell) {
    return new Column(header, true, false, cell);
  }

  private static Column count(String header, Function<BenchRecord, Number> cell) {
    return new Column(header, true, true, r -> String.valueOf(cell.apply(r)));
  }

  private static Column measured(String header, Function<BenchRecord, String> cell) {
    return new Column(header, false, true, cell);
  }

  /** {@code 4×cpu} for the first four, otherwise the list. */
  private static String devices(BenchRecord record) {
    String[] ids = record.devices().split(",", -1);
    for (int i = 0; i < ids.length; i++) {
      if (!ids[i].equals(record.engine() + ":" + i)) {
        return record.devices();
      }
    }
    return ids.length + "×" + record.engine();
  }

  private static String interval(BenchRecord record) {
    return record.ciLowMillis() == null
        ? NOT_MEASURED
        : digits(record.ciLowMillis()) + "…" + digits(record.ciHighMillis());
  }

  private static String percent(@Nullable Double fraction) {
    return fraction == null ? NOT_MEASURED : Units.percent(fraction);
  }

  private static String digits(@Nullable Double value) {
    return value == null ? NOT_MEASURED : Units.significant(value);
  }
}
