package io.ringflash.experiment.bench;

import io.ringflash.experiment.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A line of a file of measurements.
 *
 * @param file it is from
 * @param number of the line, from 1
 * @param text a JSON object
 */
record MeasurementLine(Path file, int number, String text) {
  /** What every measurement says of itself; JSON that leaves it out is something else. */
  private static final List<String> REQUIRED =
      List.of(
          "engine",
          "attnType",
          "dtype",
          "batch",
          "heads",
          "kvHeads",
          "seqQ",
          "seqK",
          "headDim",
          "medianMillis");

  /** The lines of a file that are not blank. */
  static List<MeasurementLine> of(Path file, String content) {
    List<String> texts = content.lines().toList();
    List<MeasurementLine> lines = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      if (!texts.get(i).isBlank()) {
        lines.add(new MeasurementLine(file, i + 1, texts.get(i)));
      }
    }
    return lines;
  }

  /** Whether it is the beginning of an object only. */
  boolean isCutShort() {
    try {
      Json.parse(text, JsonNode.class);
      return false;
    } catch (JacksonException e) {
      return true;
    }
  }

  /**
   * The measurement, as {@code bench --save} keeps it.
   *
   * @throws IllegalArgumentException if it is none
   */
  Measurement measurement() {
    Measurement measurement = parse(Measurement.class);
    require(measurement.record() != null, "record");
    require(measurement.sampleMillis() != null, "sampleMillis");
    requireComplete(measurement.record());
    return measurement;
  }

  /**
   * The measurement of a line that is a record.
   *
   * @throws IllegalArgumentException if it is none
   */
  Measurement recordAlone() {
    BenchRecord record = parse(BenchRecord.class);
    requireComplete(record);
    return Measurement.ofRecord(record);
  }

  private <T> T parse(Class<T> type) {
    try {
      T parsed = Json.parse(text, type);
      require(parsed != null, "object");
      return parsed;
    } catch (JacksonException e) {
      throw malformed("line %d: %s".formatted(number, e.getOriginalMessage()), e);
    }
  }

  private void requireComplete(BenchRecord record) {
    JsonNode fields = Json.tree(record);
    for (String name : REQUIRED) {
      JsonNode field = fields.get(name);
      if (field.isNumber()) {
        require(field.doubleValue() > 0, "positive " + name);
      } else {
        require(!field.isNull(), name);
      }
    }
  }

  private void require(boolean there, String what) {
    if (!there) {
      throw malformed("line %d has no %s".formatted(number, what), null);
    }
  }

  private IllegalArgumentException malformed(String why, @Nullable JacksonException cause) {
    return new IllegalArgumentException(
        "%s should hold measurements as bench --save writes them but %s".formatted(file, why),
        cause);
  }
}
