package io.ringflash.experiment.bench;

import io.ringflash.attention.AttentionMask;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Masks as words: {@code full}, {@code causal}, {@code window:L:R}, {@code causal+window:L:R}. */
public final class MaskText {
  /** How a record says that there is no window. */
  public static final String NO_WINDOW = "none";

  private static final Pattern MASK =
      Pattern.compile("full|(causal)?\\+?(?:window:(-?\\d+):(-?\\d+))?");

  private MaskText() {}

  /**
   * Parses a comma-separated list.
   *
   * @throws IllegalArgumentException if an item is no mask
   */
  public static List<AttentionMask> parseList(String list) {
    List<AttentionMask> masks = new ArrayList<>();
    for (String item : list.split(",", -1)) {
      masks.add(parse(item.strip()));
    }
    return masks;
  }

  /** The word for a mask. */
  public static String of(AttentionMask mask) {
    if (!mask.masks()) {
      return "full";
    }
    String window = "window:%d:%d".formatted(mask.left(), mask.right());
    if (mask.left() < 0 && mask.right() < 0) {
      return "causal";
    }
    return mask.causal() ? "causal+" + window : window;
  }

  /** A mask's window as records have it, {@code L,R} or {@value #NO_WINDOW}. */
  public static String window(AttentionMask mask) {
    return mask.left() < 0 && mask.right() < 0
        ? NO_WINDOW
        : "%d,%d".formatted(mask.left(), mask.right());
  }

  private static AttentionMask parse(String item) {
    Matcher matcher = MASK.matcher(item);
    if (item.isEmpty() || item.startsWith("+") || item.endsWith("+") || !matcher.matches()) {
      throw new IllegalArgumentException(
          "masks should be a list of full, causal, window:L:R or causal+window:L:R but got '%s'"
              .formatted(item));
    }
    boolean windowed = matcher.group(2) != null;
    return new AttentionMask(
        matcher.group(1) != null,
        windowed ? Long.parseLong(matcher.group(2)) : -1,
        windowed ? Long.parseLong(matcher.group(3)) : -1);
  }
}
