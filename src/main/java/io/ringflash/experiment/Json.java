package io.ringflash.experiment;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reports as JSON. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /** {@code report}, a record, on several lines; numbers that are not finite become strings. */
  public static String of(Object report) {
    return MAPPER.writeValueAsString(report);
  }
}
