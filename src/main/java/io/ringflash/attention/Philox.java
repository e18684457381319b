package io.ringflash.attention;

/**
 * The counter-based generator Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", 2011): any number of the sequence at once, without state.
 */
public final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final long LOW = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * One of the four 32-bit words of a counter's block.
   *
   * @param word 0 to 3
   */
  public static int word(int c0, int c1, int c2, int c3, long key, int word) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW);
      long product1 = MULTIPLIER_1 * (c2 & LOW);
      int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c1 = (int) product1;
      c3 = (int) product0;
      c0 = next0;
      c2 = next2;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return switch (word) {
      case 0 -> c0;
      case 1 -> c1;
      case 2 -> c2;
      default -> c3;
    };
  }
}
