package io.ringflash.attention;

/**
 * Dropout of attention weights. What is dropped depends on the seed, batch entry, head, query and
 * key alone, so it is the same on every ring and engine. lse ignores it.
 *
 * @param probability of dropping a weight, in [0, 1)
 * @param seed of the generator
 */
public record Dropout(float probability, long seed) {
  /** Nothing is dropped. */
  public static final Dropout NONE = new Dropout(0, 0);

  /**
   * @throws IllegalArgumentException if the probability is not in [0, 1)
   */
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException("dropout should be in [0, 1) but got " + probability);
    }
  }

  public boolean enabled() {
    return probability > 0;
  }

  /** What a kept weight is multiplied by, so that its expectation stays. */
  public float keepScale() {
    return 1 / (1 - probability);
  }

  /** A weight is dropped iff its random word is below this, as an unsigned number. */
  public int threshold() {
    return (int) Math.min(0xFFFFFFFFL, Math.round(probability * 0x1p32));
  }

  /**
   * Whether a weight is dropped.
   *
   * @param batchHead {@code batch · heads + head}
   * @param query identity of the query, see {@link PositionSlice#identity}
   * @param key identity of the key
   */
  public boolean drops(int batchHead, int query, int key) {
    int random = Philox.word(key >>> 2, query, batchHead, 0, seed, key & 3);
    return Integer.compareUnsigned(random, threshold()) < 0;
  }
}
