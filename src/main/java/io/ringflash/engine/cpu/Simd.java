package io.ringflash.engine.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The one place that knows how wide vectors are, and the functions on them that softmax needs. */
final class Simd {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();
  static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /** Below this, exp(x) is not a normal float; softmax has no use for it. */
  private static final float EXP_MIN = -87.33654f;

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private static final int EXPONENT_BIAS = 127;
  private static final int EXPONENT_SHIFT = 23;

  /**
   * Adding it rounds to an integer n and leaves n + {@value #EXPONENT_BIAS}, the exponent of 2ⁿ, in
   * the low bits of the sum.
   */
  private static final float ROUND_MAGIC = 0x1.8p23f + EXPONENT_BIAS;

  /** Below this, tanh is a polynomial. */
  private static final float TANH_POLYNOMIAL = 0.625f;

  /** From here on, tanh is 1. */
  private static final float TANH_MAX = 10;

  private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
  private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
  private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
  private static final VectorShuffle<Float> ROTATE_1 = rotation(1);

  private Simd() {}

  /** {@code length} rounded up to whole vectors. */
  static int padded(int length) {
    return Math.ceilDiv(length, LANES) * LANES;
  }

  /**
   * exp(x) for x of at most about 88, within 2 ulp; 0 below {@value #EXP_MIN}. NaN stays NaN.
   *
   * <p>Source: Cody and Waite's reduction to |r| ≤ ln 2 / 2, then the polynomial of degree 5 with
   * the smallest largest error in units in the last place, its coefficients rounded one after the
   * other and those left fitted again.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.lanewise(VectorOperators.FMA, LOG2_E, ROUND_MAGIC);
    FloatVector n = shifted.sub(ROUND_MAGIC);
    FloatVector r = n.lanewise(VectorOperators.FMA, splat(-LN2_HIGH), x);
    r = n.lanewise(VectorOperators.FMA, splat(-LN2_LOW), r);
    FloatVector p = splat(8.262642659e-3f);
    p = p.fma(r, splat(4.189852998e-2f));
    p = p.fma(r, splat(1.666817367e-1f));
    p = p.fma(r, splat(4.999914467e-1f));
    p = p.fma(r, splat(9.999994636e-1f));
    p = p.fma(r, splat(1f));
    FloatVector powerOfTwo =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
            .reinterpretAsFloats();
    return p.mul(powerOfTwo).blend(0f, x.compare(VectorOperators.LT, EXP_MIN));
  }

  /**
   * tanh(x) within 3 ulp; NaN stays NaN. Unlike {@link VectorOperators#TANH}, which is one library
   * in the interpreter and another in compiled code, it has the same bits however it is run.
   *
   * <p>Source: Cephes' tanhf, a polynomial near 0 and 1 − 2 / (exp(2|x|) + 1) elsewhere.
   */
  static FloatVector tanh(FloatVector x) {
    FloatVector z = x.mul(x);
    FloatVector p = splat(-5.70498872745e-3f);
    p = p.fma(z, splat(2.06390887954e-2f));
    p = p.fma(z, splat(-5.37397155531e-2f));
    p = p.fma(z, splat(1.33314422036e-1f));
    p = p.fma(z, splat(-3.33332819422e-1f));
    FloatVector nearZero = p.fma(z.mul(x), x);

    FloatVector magnitude = x.abs();
    FloatVector bounded =
        magnitude.blend(TANH_MAX, magnitude.compare(VectorOperators.GT, TANH_MAX));
    FloatVector elsewhere = splat(1f).sub(splat(2f).div(exp(bounded.add(bounded)).add(1f)));
    FloatVector signed = elsewhere.blend(elsewhere.neg(), x.compare(VectorOperators.LT, 0f));
    return signed.blend(nearZero, magnitude.compare(VectorOperators.LT, TANH_POLYNOMIAL));
  }

  /** Sum of all lanes, always added in the same order (unlike reduceLanes). */
  static float sum(FloatVector v) {
    if (LANES > 8) {
      v = v.add(v.rearrange(ROTATE_8));
    }
    if (LANES > 4) {
      v = v.add(v.rearrange(ROTATE_4));
    }
    if (LANES > 2) {
      v = v.add(v.rearrange(ROTATE_2));
    }
    return v.add(v.rearrange(ROTATE_1)).lane(0);
  }

  /**
   * Largest lane. With NaN among the lanes it may be NaN, or a smaller one: such a row's weights
   * have a NaN sum, whatever they are relative to.
   */
  static float max(FloatVector v) {
    if (LANES > 8) {
      v = larger(v, v.rearrange(ROTATE_8));
    }
    if (LANES > 4) {
      v = larger(v, v.rearrange(ROTATE_4));
    }
    if (LANES > 2) {
      v = larger(v, v.rearrange(ROTATE_2));
    }
    return larger(v, v.rearrange(ROTATE_1)).lane(0);
  }

  /**
   * Lane by lane, {@code b} where it is greater; cheaper than Math.max's rules for NaN and zeros.
   */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static VectorShuffle<Float> rotation(int distance) {
    return VectorShuffle.fromOp(SPECIES, i -> (i + distance) % LANES);
  }
}
