package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** Reads the JSON of a safetensors header token by token; nothing in it is bound to a class. */
final class SafetensorsHeaderParser {
  private static final String METADATA = "__metadata__";

  /** Without the table of names, which a hostile header could fill with collisions. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private final JsonParser json;
  private final Location file;

  /** What the parser is in: the file or one of its tensors. */
  private Location where;

  private SafetensorsHeaderParser(JsonParser json, Location file) {
    this.json = json;
    this.file = file;
    this.where = file;
  }

  /** The tensors in the order of the header. */
  static List<SafetensorsEntry> parse(InputStream in, Location file) throws IOException {
    // The decoder is strict and fixed, where Jackson would guess the encoding from the bytes.
    InputStreamReader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      return new SafetensorsHeaderParser(json, file).header();
    } catch (JacksonException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw file.error("header should be valid UTF-8", e);
      }
      throw file.error(
          "header should be the JSON of a safetensors header but got: "
              + Printable.quote(e.getOriginalMessage()),
          e);
    }
  }

  private List<SafetensorsEntry> header() throws TensorFileException {
    List<SafetensorsEntry> entries = new ArrayList<>();
    expect(json.nextToken(), JsonToken.START_OBJECT, "header");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      where = file.tensor(name);
      if (name.equals(METADATA)) {
        metadata();
      } else {
        entries.add(entry(name));
      }
      where = file;
    }
    if (json.nextToken() != null) {
      throw file.error("header should end with its '}' but goes on");
    }
    return entries;
  }

  private void metadata() throws TensorFileException {
    expect(json.nextToken(), JsonToken.START_OBJECT, METADATA);
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      expect(json.nextToken(), JsonToken.VALUE_STRING, "every value of __metadata__");
    }
  }

  private SafetensorsEntry entry(String name) throws TensorFileException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "description");
    SafetensorsType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      switch (json.currentName()) {
        case "dtype" -> type = type();
        case "shape" -> shape = sizes("shape", Shapes.MAX_RANK);
        case "data_offsets" -> offsets = sizes("data_offsets", 2);
        default ->
            throw where.error(
                "keys should be dtype, shape and data_offsets but got "
                    + Printable.quote(json.currentName()));
      }
    }
    if (type == null || shape == null || offsets == null) {
      throw where.error("keys should be dtype, shape and data_offsets but one is missing");
    }
    Shapes.check(shape, where);
    if (offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
      throw where.error("data_offsets should be [begin, end] with begin ≤ end but got " + offsets);
    }
    return new SafetensorsEntry(
        name, type, List.copyOf(shape), offsets.getFirst(), offsets.getLast());
  }

  private SafetensorsType type() throws TensorFileException {
    expect(json.nextToken(), JsonToken.VALUE_STRING, "dtype");
    String name = json.getString();
    return SafetensorsType.of(name)
        .orElseThrow(() ->
            where.error(
                "dtype should be one of the safetensors format but got " + Printable.quote(name)));
  }

  private List<Long> sizes(String key, int most) throws TensorFileException {
    List<Long> sizes = new ArrayList<>();
    expect(json.nextToken(), JsonToken.START_ARRAY, key);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (sizes.size() == most) {
        throw where.error("%s should have at most %d values but has more".formatted(key, most));
      }
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "every value of " + key);
      sizes.add(size(json.getString(), key));
    }
    return sizes;
  }

  private Long size(String digits, String key) throws TensorFileException {
    try {
      if (!digits.startsWith("-")) {
        return Long.valueOf(digits);
      }
    } catch (NumberFormatException e) {
      // Falls through to the same message: too large and negative are both out of range.
    }
    throw where.error(
        "every value of %s should be in [0, 2^63) but got %s"
            .formatted(key, Printable.quote(digits)));
  }

  private void expect(@Nullable JsonToken actual, JsonToken expected, String what)
      throws TensorFileException {
    if (actual != expected) {
      throw where.error(
          "%s should be %s but got %s".formatted(what, describe(expected), describe(actual)));
    }
  }

  private static String describe(@Nullable JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a floating-point number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case null, default -> "nothing";
    };
  }
}
