package io.ringflash.experiment;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reports as JSON. Numbers that are not finite become strings. */
public final class Json {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final JsonMapper COMPACT =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

  private Json() {}

  /** {@code report}, a record or a list of them, on several lines. */
  public static String of(Object report) {
    return PRETTY.writeValueAsString(report);
  }

  /** {@code report} on one line. */
  public static String line(Object report) {
    return COMPACT.writeValueAsString(report);
  }

  /** One line per report, each ended. */
  public static String lines(List<?> reports) {
    return reports.stream().map(report -> line(report) + "\n").collect(Collectors.joining());
  }

  /** {@code report} as a tree, for those who want its fields one by one. */
  public static JsonNode tree(Object report) {
    return COMPACT.valueToTree(report);
  }

  /**
   * The reverse of {@link #line}.
   *
   * @throws tools.jackson.core.JacksonException if {@code text} is no such report
   */
  public static <T> T parse(String text, Class<T> type) {
    return COMPACT.readValue(text, type);
  }
}
