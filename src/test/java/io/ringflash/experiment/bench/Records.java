package io.ringflash.experiment.bench;

import io.ringflash.experiment.RunReport;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Records and measurements for tests, with numbers that look like numbers. */
public final class Records {
  private Records() {}

  /** A ring of so many embedded devices. */
  static BenchRecord record(int ranks, long tokens, double millis, @Nullable Double efficiency) {
    String devices = String.join(",", IntStream.range(0, ranks).mapToObj(i -> "cpu:" + i).toList());
    return new BenchRecord(
        "cpu",
        "auto",
        devices,
        2,
        "fp32",
        1,
        8,
        8,
        tokens,
        tokens,
        64,
        true,
        MaskText.NO_WINDOW,
        ranks == 1 ? "contiguous" : "zigzag",
        "host",
        millis,
        tokens * tokens * 1024e-9 / millis,
        true,
        "vector",
        0,
        millis * 0.98,
        millis * 1.03,
        10,
        millis * 0.9,
        millis * 0.02,
        millis * 0.01,
        millis * 0.08,
        0.5,
        efficiency);
  }

  /** A comparator's, which knows less. */
  static BenchRecord comparator() {
    return new BenchRecord(
        "pytorch",
        "math",
        "cpu:0",
        2,
        "fp32",
        1,
        8,
        8,
        1024,
        1024,
        64,
        true,
        MaskText.NO_WINDOW,
        "contiguous",
        "",
        9.5,
        0.113,
        true,
        null,
        0,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  static List<BenchRecord> few() {
    return List.of(
        record(1, 1024, 12.3456, null),
        record(1, 2048, 45.6789, null),
        record(2, 1024, 14.0, 0.8818),
        record(2, 2048, 48.25, 0.9467),
        comparator());
  }

  /** A measurement whose samples lie around the median. */
  public static Measurement measurement(BenchRecord record, @Nullable RunReport run) {
    double median = record.medianMillis();
    List<Double> samples =
        IntStream.rangeClosed(-5, 5).mapToObj(i -> median * (1 + i * 0.002)).toList();
    return new Measurement(record, samples, 1e-7, 1_000_000_000L, 400e9, 20e9, run);
  }

  /** One measurement of a ring of two that took so long. */
  public static Measurement measurement(double millis) {
    return measurement(record(2, 1024, millis, null), null);
  }
}
