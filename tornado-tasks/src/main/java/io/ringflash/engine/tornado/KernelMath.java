package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Functions of one element that kernels inline. Each has one exit: TornadoVM 5.2.0 loses early
 * returns of inlined methods. No conditional has a condition of floats: SPIR-V would compare them
 * as integers. {@code min} and {@code max} are OpenCL's: of a NaN and a number they take the
 * number.
 */
final class KernelMath {
  /** Random words from 64-bit products, one instruction on a GPU. */
  static final int LONG_PRODUCTS = 1;

  /**
   * Random words from 32-bit products. LLVM's SPIR-V translator makes invalid code of a shift of a
   * long by an int, and Java has no other.
   */
  static final int INT_PRODUCTS = 2;

  private static final long LOW = 0xFFFFFFFFL;

  private KernelMath() {}

  /** {@code dividend / divisor}, for divisors in [1, 2³⁰]. */
  static int quotient(int dividend, int divisor) {
    // The compiler sees that it is not 0. For a division that may fail it would keep all parameters
    // alive, and TornadoVM's SPIR-V code of a live KernelContext is invalid.
    return dividend / (((divisor - 1) & 0x3FFFFFFF) + 1);
  }

  /** {@code cap·tanh(score / cap)}. */
  static float capped(float score, float cap) {
    float x = score / cap;
    float e = TornadoMath.exp(-2f * TornadoMath.abs(x));
    float far = (1f - e) / (1f + e);
    // Near 0 the difference above loses what the series keeps.
    float xx = x * x;
    float series = 62f / 2835f;
    series = series * xx - 17f / 315f;
    series = series * xx + 2f / 15f;
    series = series * xx - 1f / 3f;
    float near = x + x * xx * series;
    // From 1/4 on, this is the sign.
    float side = TornadoMath.max(TornadoMath.min(4f * x, 1f), -1f);
    int beyond = (int) side;
    return beyond == 0 ? cap * near : cap * (side * far);
  }

  /** 1 for a positive number or NaN, 0 for 0. */
  static int positive(float number) {
    return (int) TornadoMath.ceil(TornadoMath.min(number, 1f));
  }

  /** 0 for NaN and infinities, 1 for other numbers. */
  static int finite(float number) {
    // Not by a product with 0, which some compilers take for 0 whatever the other factor is.
    return 1 - (int) TornadoMath.min(TornadoMath.abs(beyondFinite(number)), 1f);
  }

  /** NaN and infinities as they are, 0 for other numbers. */
  static float beyondFinite(float number) {
    return number - TornadoMath.max(TornadoMath.min(number, Float.MAX_VALUE), -Float.MAX_VALUE);
  }

  /**
   * The random word of a weight, as {@link io.ringflash.attention.Dropout} defines it: Philox
   * 4×32-10 of (key / 4, query, batch and head, 0), word key mod 4.
   *
   * @param products {@link #LONG_PRODUCTS} or {@link #INT_PRODUCTS}, a constant
   */
  static int philox(int key, int query, int batchHead, int seedLow, int seedHigh, int products) {
    // TornadoVM's OpenCL code shifts an int's sign in, also for >>>.
    int c0 = (key >> 2) & 0x3FFFFFFF;
    int c1 = query;
    int c2 = batchHead;
    int c3 = 0;
    int k0 = seedLow;
    int k1 = seedHigh;
    for (int round = 0; round < 10; round++) {
      int high0 = 0;
      int high1 = 0;
      if (products == LONG_PRODUCTS) {
        high0 = (int) ((0xD2511F53L * (c0 & LOW)) >>> 32);
        high1 = (int) ((0xCD9E8D57L * (c2 & LOW)) >>> 32);
      } else {
        high0 = highProduct(c0, 0xD2511F53);
        high1 = highProduct(c2, 0xCD9E8D57);
      }
      int next0 = high1 ^ c1 ^ k0;
      int next2 = high0 ^ c3 ^ k1;
      c1 = c2 * 0xCD9E8D57;
      c3 = c0 * 0xD2511F53;
      c0 = next0;
      c2 = next2;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    int word = key & 3;
    int low = word == 0 ? c0 : c1;
    int high = word == 2 ? c2 : c3;
    return word < 2 ? low : high;
  }

  /** The upper half of a product of unsigned numbers, from products of their halves. */
  private static int highProduct(int a, int b) {
    int aLow = a & 0xFFFF;
    int aHigh = (a >> 16) & 0xFFFF;
    int bLow = b & 0xFFFF;
    int bHigh = (b >> 16) & 0xFFFF;
    int cross0 = aHigh * bLow;
    int cross1 = aLow * bHigh;
    int carry = (((aLow * bLow) >> 16) & 0xFFFF) + (cross0 & 0xFFFF) + (cross1 & 0xFFFF);
    return aHigh * bHigh + ((cross0 >> 16) & 0xFFFF) + ((cross1 >> 16) & 0xFFFF) + (carry >> 16);
  }

  /** The bits of the binary32 that a binary16 stands for, exactly. */
  static int halfToFloatBits(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1F;
    int fraction = half & 0x3FF;
    int normal = ((exponent + 112) << 23) | (fraction << 13);
    int special = 0x7F800000 | (fraction << 13);
    // A subnormal number: its leading bit moves to the place of the implicit one.
    // Sums of signs, as SPIR-V lacks the unsigned comparison that the compiler takes in
    // conditionals.
    int shift = -((fraction - 0x200) >> 31);
    shift -= (fraction - 0x100) >> 31;
    shift -= (fraction - 0x80) >> 31;
    shift -= (fraction - 0x40) >> 31;
    shift -= (fraction - 0x20) >> 31;
    shift -= (fraction - 0x10) >> 31;
    shift -= (fraction - 0x8) >> 31;
    shift -= (fraction - 0x4) >> 31;
    shift -= (fraction - 0x2) >> 31;
    int subnormal = ((112 - shift) << 23) | (((fraction << (shift + 1)) & 0x3FF) << 13);
    int small = fraction == 0 ? 0 : subnormal;
    int magnitude = exponent == 0 ? small : normal;
    magnitude = exponent == 31 ? special : magnitude;
    return sign | magnitude;
  }

  /** The binary16 nearest to a binary32 given by its bits, ties to even. */
  static int floatBitsToHalf(int bits) {
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7FFFFFFF;
    int rebased = magnitude - 0x38000000;
    int normal = (rebased + 0xFFF + ((rebased >>> 13) & 1)) >>> 13;
    int shift = 126 - (magnitude >>> 23);
    shift = shift > 25 ? 25 : shift;
    shift = shift < 14 ? 14 : shift;
    int fraction = (magnitude & 0x7FFFFF) | 0x800000;
    int subnormal = (fraction + (1 << (shift - 1)) - 1 + ((fraction >>> shift) & 1)) >>> shift;
    int half = magnitude < 0x38800000 ? subnormal : normal;
    half = magnitude < 0x47800000 ? half : 0x7C00;
    half = magnitude > 0x7F800000 ? 0x7E00 : half;
    return sign | half;
  }

  /** The bfloat16 nearest to a binary32 given by its bits, ties to even. */
  static int floatBitsToBrain(int bits) {
    int rounded = (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
    return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : rounded;
  }
}
