package io.ringflash.attention;

import java.util.Arrays;

/**
 * Attention with linear biases: {@code slope·|p − j|} is subtracted from each score (Press et al.,
 * 2022). Joint tokens have no position and are left alone.
 */
public final class Alibi {
  /** No bias. */
  public static final Alibi NONE = new Alibi(new float[0], 0);

  private final float[] slopes;
  private final int heads;

  private Alibi(float[] slopes, int heads) {
    this.slopes = slopes;
    this.heads = heads;
  }

  /**
   * One slope per head, the same for the whole batch.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Alibi perHead(float... slopes) {
    requireSome(slopes.length);
    return new Alibi(slopes.clone(), slopes.length);
  }

  /**
   * One slope per batch entry and head.
   *
   * @throws IllegalArgumentException if there is none, or batch entries differ in length
   */
  public static Alibi perBatchAndHead(float[][] slopes) {
    int heads = slopes.length == 0 ? 0 : slopes[0].length;
    requireSome(heads);
    float[] flat = new float[slopes.length * heads];
    for (int b = 0; b < slopes.length; b++) {
      if (slopes[b].length != heads) {
        throw new IllegalArgumentException(
            "alibi slopes should have %d heads in every batch entry but got %d"
                .formatted(heads, slopes[b].length));
      }
      System.arraycopy(slopes[b], 0, flat, b * heads, heads);
    }
    return new Alibi(flat, heads);
  }

  /**
   * The slopes of the ALiBi paper: a geometric sequence from {@code 2^(−8/n)} for n heads, n a
   * power of two; for other n, those of the power of two below and every second one of the power
   * above.
   *
   * @throws IllegalArgumentException if {@code heads} is less than 1
   */
  public static Alibi standard(int heads) {
    if (heads < 1) {
      throw new IllegalArgumentException("heads should be at least 1 but got " + heads);
    }
    float[] slopes = new float[heads];
    int powerOfTwo = Integer.highestOneBit(heads);
    for (int h = 0; h < heads; h++) {
      double exponent =
          h < powerOfTwo
              ? -8.0 * (h + 1) / powerOfTwo
              : -8.0 * (2 * (h - powerOfTwo) + 1) / (2.0 * powerOfTwo);
      slopes[h] = (float) Math.pow(2, exponent);
    }
    return new Alibi(slopes, heads);
  }

  /** Whether scores are biased at all. */
  public boolean enabled() {
    return slopes.length > 0;
  }

  /** The slope for a batch entry and query head; 0 when there is no bias. */
  public float slope(int batch, int head) {
    if (!enabled()) {
      return 0;
    }
    return slopes.length == heads ? slopes[head] : slopes[batch * heads + head];
  }

  /**
   * @throws IllegalArgumentException unless the slopes are finite and fit {@code shape}
   */
  void requireFits(AttentionShape shape) {
    if (!enabled()) {
      return;
    }
    boolean perHead = slopes.length == shape.heads();
    boolean perBatchAndHead = slopes.length == (long) shape.batch() * shape.heads();
    if (heads != shape.heads() || !(perHead || perBatchAndHead)) {
      throw new IllegalArgumentException(
          "alibi slopes should have shape (%d) or (%d, %d) but got %d slopes of %d heads"
              .formatted(shape.heads(), shape.batch(), shape.heads(), slopes.length, heads));
    }
    for (float slope : slopes) {
      if (!Float.isFinite(slope)) {
        throw new IllegalArgumentException("alibi slopes should be finite but got " + slope);
      }
    }
  }

  /** No slopes at all would mean no bias, which {@link #NONE} says on purpose. */
  private static void requireSome(int slopes) {
    if (slopes == 0) {
      throw new IllegalArgumentException("alibi slopes should be one per head but got none");
    }
  }

  @Override
  public String toString() {
    return Arrays.toString(slopes);
  }
}
