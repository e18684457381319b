package io.ringflash.experiment.picture;

import io.ringflash.experiment.bench.BenchRecord;
import io.ringflash.experiment.bench.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records that differ in the number of tokens alone belong to one curve. */
final class Curves {
  private Curves() {}

  /** Curves by label, each in ascending order of tokens. */
  static Map<String, List<BenchRecord>> of(List<BenchRecord> records) {
    Labels labels = Labels.ofCurves(records);
    Map<String, List<BenchRecord>> curves = new LinkedHashMap<>();
    records.forEach(record ->
        curves.computeIfAbsent(labels.of(record), label -> new ArrayList<>()).add(record));
    curves.values().forEach(curve -> curve.sort(Comparator.comparingLong(BenchRecord::seqQ)));
    return curves;
  }
}
