package io.ringflash.experiment.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes that a sweep goes through, such as {@code 1k..64k} or {@code 900,4k}.
 *
 * <p>{@code k} is 1024 and {@code m} is 1024². A range doubles from its start to its end.
 *
 * @param values in the order given
 */
public record Sizes(List<Integer> values) {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})([kKmM]?)");
  private static final int KILO = 1024;

  /**
   * Parses a comma-separated list of sizes and ranges.
   *
   * @throws IllegalArgumentException if an item is no positive size, or a range does not end at a
   *     doubling of its start
   */
  public static Sizes parse(String list) {
    List<Integer> values = new ArrayList<>();
    for (String item : list.split(",", -1)) {
      String[] ends = item.strip().split("\\.\\.", -1);
      switch (ends.length) {
        case 1 -> values.add(size(ends[0], list));
        case 2 -> values.addAll(doublings(size(ends[0], list), size(ends[1], list), item));
        default -> throw malformed(list);
      }
    }
    return new Sizes(values.stream().distinct().toList());
  }

  public static Sizes of(Integer... values) {
    return new Sizes(Arrays.asList(values));
  }

  private static List<Integer> doublings(int first, int last, String range) {
    List<Integer> values = new ArrayList<>();
    long value = first;
    while (value <= last) {
      values.add((int) value);
      value *= 2;
    }
    if (values.isEmpty() || values.getLast() != last) {
      throw new IllegalArgumentException(
          "a range should double from its start to its end, like 1k..64k, but got '%s'"
              .formatted(range));
    }
    return values;
  }

  private static int size(String text, String list) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw malformed(list);
    }
    long factor =
        switch (matcher.group(2)) {
          case "k", "K" -> KILO;
          case "m", "M" -> (long) KILO * KILO;
          default -> 1;
        };
    long value = Long.parseLong(matcher.group(1)) * factor;
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "sizes should be in [1, %d] but got %s".formatted(Integer.MAX_VALUE, text));
    }
    return (int) value;
  }

  private static IllegalArgumentException malformed(String list) {
    return new IllegalArgumentException(
        "sizes should be a list like 1k,4k or a range like 1k..64k but got '%s'".formatted(list));
  }
}
