package io.ringflash.experiment.bench;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.ringflash.experiment.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** How records are printed. */
public enum RecordFormat {
  /** For people. */
  TABLE {
    @Override
    public String render(List<BenchRecord> records, int width) {
      return new RecordTable(records).text(width);
    }
  },
  /** GitHub's Markdown. */
  MD {
    @Override
    public String render(List<BenchRecord> records, int width) {
      return new RecordTable(records).markdown();
    }
  },
  /** RFC 4180, all fields, a header; what was not measured is empty. */
  CSV {
    @Override
    public String render(List<BenchRecord> records, int width) {
      return csv(records);
    }
  },
  /** An array of objects. */
  JSON {
    @Override
    public String render(List<BenchRecord> records, int width) {
      return Json.of(records);
    }
  },
  /** An object per line. */
  JSONL {
    @Override
    public String render(List<BenchRecord> records, int width) {
      return Json.lines(records).stripTrailing();
    }
  };

  /**
   * @param width that a table should fit into
   * @return lines, the last one not ended
   */
  public abstract String render(List<BenchRecord> records, int width);

  /** The name used on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All labels, comma-separated. */
  public static String labels() {
    return Arrays.stream(values()).map(RecordFormat::label).collect(Collectors.joining(", "));
  }

  private static String csv(List<BenchRecord> records) {
    StringWriter text = new StringWriter();
    List<String> header =
        Arrays.stream(BenchRecord.class.getRecordComponents()).map(c -> c.getName()).toList();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord(header);
      for (BenchRecord record : records) {
        JsonNode fields = Json.tree(record);
        csv.writeRecord(header.stream().map(name -> field(fields.get(name))).toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().stripTrailing();
  }

  private static String field(JsonNode value) {
    return value.isNull() ? "" : value.asString();
  }
}
