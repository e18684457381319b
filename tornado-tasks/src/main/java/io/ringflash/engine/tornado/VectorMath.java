package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.types.vectors.Float16;

/** Functions of sixteen numbers that kernels inline. */
final class VectorMath {
  /** Numbers of a vector. */
  static final int LANES = 16;

  /** 1.5 · 2²³: what it is added to, and subtracted from again, becomes a whole number. */
  private static final float ROUNDING = 0x1.8p23f;

  private static final float LOG2_E = 1.44269504f;

  /** ln 2 in two parts, so that products of the first with whole numbers are exact. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  /** Less than all that has a power other than 0. */
  private static final float LOWEST = -88f;

  private VectorMath() {}

  /** Sixteen times the same number. */
  static Float16 splat(float x) {
    return new Float16(x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x);
  }

  /**
   * Powers of e for x ≤ 0, within 2 units in the last place; 0 where they are less than 2⁻¹¹⁶, and
   * for NaN. (The polynomial is that of Cephes' {@code expf}.)
   */
  static Float16 exp(Float16 x) {
    Float16 bounded = Float16.max(x, splat(LOWEST));
    Float16 whole = rounded(Float16.mult(bounded, splat(LOG2_E)));
    Float16 rest = Float16.sub(bounded, Float16.mult(whole, splat(LN2_HIGH)));
    rest = Float16.sub(rest, Float16.mult(whole, splat(LN2_LOW)));
    Float16 power = splat(1.9875691500e-4f);
    power = Float16.add(Float16.mult(power, rest), splat(1.3981999507e-3f));
    power = Float16.add(Float16.mult(power, rest), splat(8.3334519073e-3f));
    power = Float16.add(Float16.mult(power, rest), splat(4.1665795894e-2f));
    power = Float16.add(Float16.mult(power, rest), splat(1.6666665459e-1f));
    power = Float16.add(Float16.mult(power, rest), splat(5.0000001201e-1f));
    power = Float16.add(Float16.mult(power, rest), splat(1f));
    power = Float16.add(Float16.mult(power, rest), splat(1f));
    return Float16.mult(power, powerOfTwo(whole));
  }

  /**
   * 2 to whole numbers ≤ 0; 0 below -116. TornadoVM has no bits of numbers, and an integer has too
   * few for 2¹¹⁶: this is (2ᵏ)⁴ times 2 to what a fourth leaves.
   */
  private static Float16 powerOfTwo(Float16 whole) {
    Float16 fourth = rounded(Float16.add(Float16.mult(whole, splat(0.25f)), splat(-0.375f)));
    Float16 left = Float16.sub(whole, Float16.mult(fourth, splat(4f)));
    Float16 k = Float16.max(Float16.add(fourth, splat(30f)), splat(0f));
    Float16 power = Float16.mult(powersOfTwo(k), splat(0x1p-30f));
    power = Float16.mult(power, power);
    power = Float16.mult(power, power);
    Float16 twice = powersOfTwo(Float16.add(left, splat(1f)));
    return Float16.mult(power, Float16.mult(twice, splat(0.5f)));
  }

  private static Float16 rounded(Float16 x) {
    return Float16.sub(Float16.add(x, splat(ROUNDING)), splat(ROUNDING));
  }

  /** 2 to each of sixteen whole numbers in [1, 30]; 0 for 0. */
  private static Float16 powersOfTwo(Float16 k) {
    return new Float16(
        even(k.getS0()),
        even(k.getS1()),
        even(k.getS2()),
        even(k.getS3()),
        even(k.getS4()),
        even(k.getS5()),
        even(k.getS6()),
        even(k.getS7()),
        even(k.getS8()),
        even(k.getS9()),
        even(k.getS10()),
        even(k.getS11()),
        even(k.getS12()),
        even(k.getS13()),
        even(k.getS14()),
        even(k.getS15()));
  }

  private static float even(float k) {
    return (1 << (int) k) & ~1;
  }
}
