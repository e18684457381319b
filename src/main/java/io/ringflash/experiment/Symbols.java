package io.ringflash.experiment;

import io.ringflash.attention.BlockMask;
import java.nio.charset.Charset;

/**
 * Signs for how much of a block is visible.
 *
 * @param full every pair
 * @param partial some pairs
 * @param empty no pair
 */
public record Symbols(char full, char partial, char empty) {
  private static final Symbols UNICODE = new Symbols('■', '◪', '·');
  private static final Symbols ASCII = new Symbols('#', '/', '.');

  /** The best signs that {@code charset} can show. */
  public static Symbols in(Charset charset) {
    String needed = "" + UNICODE.full + UNICODE.partial + UNICODE.empty;
    return charset.newEncoder().canEncode(needed) ? UNICODE : ASCII;
  }

  char of(BlockMask mask) {
    return switch (mask) {
      case FULL -> full;
      case PARTIAL -> partial;
      case EMPTY -> empty;
    };
  }

  /** What the signs mean. */
  public String legend() {
    return "%c full   %c partial, masked   %c empty: neither computed nor sent"
        .formatted(full, partial, empty);
  }
}
