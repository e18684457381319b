package io.ringflash.experiment.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.ringflash.experiment.RunReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A measurement with everything it came from, as a saved run keeps it.
 *
 * @param record on one line
 * @param sampleMillis every timed call, in order
 * @param maxError largest error of out against the oracle, in the rows that were compared
 * @param flops of one call
 * @param peakFlopsPerSecond sum of the devices' measured peaks, null if they have no probe
 * @param peakBytesPerSecond sum of their memories' measured peaks
 * @param run the call next to the median, rank by rank and step by step; null if unknown
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Measurement(
    BenchRecord record,
    List<Double> sampleMillis,
    double maxError,
    long flops,
    @Nullable Double peakFlopsPerSecond,
    @Nullable Double peakBytesPerSecond,
    @Nullable RunReport run) {
  /** A comparator's record. */
  static Measurement ofRecord(BenchRecord record) {
    return new Measurement(record, List.of(), 0, 0, null, null, null);
  }

  double[] samples() {
    return sampleMillis.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
