package io.ringflash.attention;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Known answers of philox4x32-10, from the file kat_vectors of Random123. */
class PhiloxTest {
  @Test
  void zeros() {
    assertThat(block(0, 0, 0, 0, 0L))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  }

  @Test
  void ones() {
    assertThat(block(-1, -1, -1, -1, -1L))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  }

  @Test
  void digitsOfPi() {
    assertThat(block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, key(0xa4093822, 0x299f31d0)))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  private static int[] block(int c0, int c1, int c2, int c3, long key) {
    int[] words = new int[4];
    for (int word = 0; word < words.length; word++) {
      words[word] = Philox.word(c0, c1, c2, c3, key, word);
    }
    return words;
  }

  private static long key(int low, int high) {
    return (long) high << 32 | Integer.toUnsignedLong(low);
  }
}
