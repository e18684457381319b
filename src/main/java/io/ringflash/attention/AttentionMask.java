package io.ringflash.attention;

/**
 * Which keys a query sees, by global positions.
 *
 * <p>Query i of seqLenQ sits at position {@code p = i + (seqLenK − seqLenQ)}, so that the last
 * query is aligned with the last key (FlashAttention ≥ 2.1). Key j is visible iff {@code
 * lowestOffset() ≤ j − p ≤ highestOffset()}.
 *
 * <pre>
 * causal, seqLenQ 3, seqLenK 5      window (1, 1), seqLenQ = seqLenK = 5
 *   1 1 1 0 0                         1 1 0 0 0
 *   1 1 1 1 0                         1 1 1 0 0
 *   1 1 1 1 1                         0 1 1 1 0
 *                                     0 0 1 1 1
 *                                     0 0 0 1 1
 * </pre>
 *
 * @param causal no key after the query's position
 * @param left keys visible before the query's position, −1 for no limit
 * @param right keys visible after the query's position, −1 for no limit
 */
public record AttentionMask(boolean causal, long left, long right) {
  /** Every query sees every key. */
  public static final AttentionMask NONE = new AttentionMask(false, -1, -1);

  /** No key after the query's own position. */
  public static final AttentionMask CAUSAL = new AttentionMask(true, -1, -1);

  /** Further than any two positions are apart, yet safe to add a position to. */
  public static final long UNLIMITED = 1L << 40;

  /**
   * @throws IllegalArgumentException if a window side is below −1
   */
  public AttentionMask {
    if (left < -1 || right < -1) {
      throw new IllegalArgumentException(
          "window should be two numbers of at least -1 but got %d,%d".formatted(left, right));
    }
  }

  /** The smallest visible {@code key − query} distance. */
  public long lowestOffset() {
    return left < 0 ? -UNLIMITED : -Math.min(left, UNLIMITED);
  }

  /** The largest visible {@code key − query} distance. */
  public long highestOffset() {
    long window = right < 0 ? UNLIMITED : Math.min(right, UNLIMITED);
    return causal ? Math.min(0, window) : window;
  }

  /** Whether a query at {@code queryPosition} sees the key at {@code keyPosition}. */
  public boolean visible(long queryPosition, long keyPosition) {
    long offset = keyPosition - queryPosition;
    return offset >= lowestOffset() && offset <= highestOffset();
  }

  /** Whether some pair of positions may be invisible. */
  public boolean masks() {
    return causal || left >= 0 || right >= 0;
  }
}
