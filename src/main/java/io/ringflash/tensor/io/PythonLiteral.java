package io.ringflash.tensor.io;

import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Parses the part of Python's literals that {@code .npy} headers are made of: dictionaries, tuples,
 * lists, strings without escapes, integers and booleans.
 *
 * <p>They become {@link Map}, {@link Tuple}, {@link List}, {@link String}, {@link Long} and {@link
 * Boolean}.
 */
final class PythonLiteral {
  /** Structured element types, which are only skipped, nest a few levels. */
  private static final int MAX_DEPTH = 16;

  /** What {@link #peek} finds at the end: no literal starts or goes on with it. */
  private static final char END = '\0';

  private final String text;
  private int position;
  private int depth;

  private PythonLiteral(String text) {
    this.text = text;
  }

  record Tuple(List<Object> items) {
    @Override
    public String toString() {
      return items.stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
    }
  }

  /** The value of {@code text}, which holds one literal and white space around it. */
  static Object parse(String text) throws ParseException {
    PythonLiteral parser = new PythonLiteral(text);
    Object value = parser.value();
    if (parser.peek() != END || parser.position < text.length()) {
      throw parser.unexpected("the end");
    }
    return value;
  }

  private Object value() throws ParseException {
    if (++depth > MAX_DEPTH) {
      throw new ParseException("nesting should be at most %d deep".formatted(MAX_DEPTH), position);
    }
    char first = peek();
    Object value =
        switch (first) {
          case '{' -> dictionary();
          case '(' -> parenthesised();
          case '[' -> list();
          case '\'', '"' -> string();
          case 'T' -> word("True", true);
          case 'F' -> word("False", false);
          default -> integer();
        };
    depth--;
    return value;
  }

  private Map<String, Object> dictionary() throws ParseException {
    Map<String, Object> entries = new LinkedHashMap<>();
    expect('{');
    while (!accept('}')) {
      int start = position;
      String key = string();
      expect(':');
      if (entries.putIfAbsent(key, value()) != null) {
        throw new ParseException("key %s comes twice".formatted(Printable.quote(key)), start);
      }
      separator('}');
    }
    return entries;
  }

  private List<Object> list() throws ParseException {
    List<Object> items = new ArrayList<>();
    expect('[');
    while (!accept(']')) {
      items.add(value());
      separator(']');
    }
    return items;
  }

  /** A tuple, or, without a comma, the value in parentheses itself. */
  private Object parenthesised() throws ParseException {
    List<Object> items = new ArrayList<>();
    expect('(');
    while (!accept(')')) {
      items.add(value());
      if (items.size() == 1 && peek() == ')') {
        expect(')');
        return items.getFirst();
      }
      separator(')');
    }
    return new Tuple(items);
  }

  private String string() throws ParseException {
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw unexpected("a string");
    }
    int start = ++position;
    while (position < text.length() && text.charAt(position) != quote) {
      if (text.charAt(position) == '\\') {
        throw unexpected("a string without escapes");
      }
      position++;
    }
    String content = text.substring(start, position);
    expect(quote);
    return content;
  }

  private Boolean word(String word, boolean value) throws ParseException {
    if (!text.startsWith(word, position)) {
      throw unexpected(word);
    }
    position += word.length();
    return value;
  }

  private Long integer() throws ParseException {
    int start = position;
    if (peek() == '-') {
      position++;
    }
    int digits = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    if (digits == position) {
      throw unexpected("a value");
    }
    if (text.charAt(digits) == '0' && position - digits > 1) {
      throw new ParseException("an integer should not start with 0", start);
    }
    try {
      return Long.valueOf(text.substring(start, position));
    } catch (NumberFormatException e) {
      throw new ParseException("an integer should lie in 64 bits", start);
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A comma, which may also come before {@code close}, or {@code close} itself, left in place. */
  private void separator(char close) throws ParseException {
    if (peek() != close) {
      expect(',');
    }
  }

  private boolean accept(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    position++;
    return true;
  }

  private void expect(char wanted) throws ParseException {
    if (!accept(wanted)) {
      throw unexpected("'" + wanted + "'");
    }
  }

  /** The next character that is no white space; the position moves to it. */
  private char peek() {
    while (position < text.length() && " \t\n".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
    return position < text.length() ? text.charAt(position) : END;
  }

  private ParseException unexpected(String wanted) {
    String found = position < text.length() ? Printable.quote(text.substring(position)) : "the end";
    return new ParseException("expected %s but got %s".formatted(wanted, found), position);
  }
}
