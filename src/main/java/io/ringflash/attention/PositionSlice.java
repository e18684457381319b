package io.ringflash.attention;

import java.io.Serializable;

/**
 * Tokens {@code start, start + stride, …} of the global sequence.
 *
 * <p>Joint tokens (text tokens beside image tokens) have indices of their own and no position: they
 * see, and are seen by, everything.
 *
 * @param start index of the first token
 * @param length number of tokens
 * @param stride distance between neighbours, at least 1
 * @param joint whether the indices count joint tokens
 */
public record PositionSlice(long start, long length, long stride, boolean joint)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Marks the identity of joint tokens; sequence indices stay below it. */
  private static final int JOINT_BIT = 1 << 31;

  /**
   * @throws IllegalArgumentException if start or length is negative or stride is not positive
   */
  public PositionSlice {
    if (start < 0 || length < 0 || stride < 1) {
      throw new IllegalArgumentException(
          "a slice should have start and length of at least 0 and stride of at least 1 but got %d, %d, %d"
              .formatted(start, length, stride));
    }
  }

  /** Neighbouring tokens of the sequence. */
  public static PositionSlice contiguous(long start, long length) {
    return new PositionSlice(start, length, 1, false);
  }

  /** Every {@code stride}-th token of the sequence. */
  public static PositionSlice strided(long start, long length, long stride) {
    return new PositionSlice(start, length, stride, false);
  }

  /** Joint tokens. */
  public static PositionSlice joint(long start, long length) {
    return new PositionSlice(start, length, 1, true);
  }

  /** Index of the token at {@code offset} in this slice. */
  public long index(long offset) {
    return start + offset * stride;
  }

  /** Index of the last token; the slice must not be empty. */
  public long lastIndex() {
    return index(length - 1);
  }

  /** Whether one of the tokens has this index. */
  public boolean contains(long index) {
    return index >= start && (index - start) % stride == 0 && (index - start) / stride < length;
  }

  /** Whether the other one's tokens, of which there are some, are neighbours in this slice. */
  public boolean contains(PositionSlice other) {
    return joint == other.joint
        && stride == other.stride
        && contains(other.start)
        && contains(other.lastIndex());
  }

  /** How many tokens of this slice come before one of them. */
  public long offset(long index) {
    return (index - start) / stride;
  }

  /** What the dropout generator knows the token at {@code offset} by. */
  public int identity(long offset) {
    int index = (int) index(offset);
    return joint ? index | JOINT_BIT : index;
  }

  /** The tokens from {@code offset} on, {@code count} of them. */
  public PositionSlice sub(long offset, long count) {
    return new PositionSlice(index(offset), count, stride, joint);
  }
}
