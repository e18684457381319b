package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The two 16-bit elements of each lane as FP32: the one of even index is the lower half.
 *
 * <p>FP16 ones must be finite. Their exponents are moved to where a float's end, and multiplying
 * corrects the bias, which makes subnormal elements normal; all of it is exact.
 */
final class LanePair {
  private static final int HALF_BITS = 16;
  private static final int HIGH_HALF = 0xffff_0000;

  /** By so many bits is a float's exponent longer than FP16's. */
  private static final int LONGER_EXPONENT = 3;

  /** A moved FP16 element: its sign, 5 bits of exponent and 10 of significand. */
  private static final IntVector MOVED =
      IntVector.broadcast(SPECIES.withLanes(int.class), 0x8fff_e000);

  /** 2 to the power of the difference of the biases, 127 and 15. */
  static final float BIAS = 0x1p112f;

  private LanePair() {}

  static FloatVector evenBrainFloats(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, HALF_BITS).reinterpretAsFloats();
  }

  static FloatVector oddBrainFloats(IntVector pairs) {
    return pairs.and(HIGH_HALF).reinterpretAsFloats();
  }

  static FloatVector evenHalves(IntVector pairs) {
    return evenScaledHalves(pairs).mul(BIAS);
  }

  static FloatVector oddHalves(IntVector pairs) {
    return oddScaledHalves(pairs).mul(BIAS);
  }

  /** Elements divided by {@link #BIAS}. */
  static FloatVector evenScaledHalves(IntVector pairs) {
    return oddScaledHalves(pairs.lanewise(VectorOperators.LSHL, HALF_BITS));
  }

  static FloatVector oddScaledHalves(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, LONGER_EXPONENT).and(MOVED).reinterpretAsFloats();
  }
}
