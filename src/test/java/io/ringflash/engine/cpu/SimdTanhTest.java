package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimdTanhTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void errsByThreeUnitsInTheLastPlace() {
    requireAccurate(VectorFunctions.range(-12, 12, 1 << 19));
    requireAccurate(VectorFunctions.range(-1, 1, 1 << 17));
    requireAccurate(VectorFunctions.range(-1e-4, 1e-4, 1 << 10));
  }

  @Test
  void isBoundedByOne() {
    assertThat(tanh(20, 1e10f, Float.MAX_VALUE, INFINITY)).containsOnly(1);
    assertThat(tanh(-20, -1e10f, -Float.MAX_VALUE, -INFINITY)).containsOnly(-1);
  }

  @Test
  void keepsTinyNumbersAndNan() {
    assertThat(tanh(0, Float.MIN_VALUE, -1e-30f)).containsExactly(0, Float.MIN_VALUE, -1e-30f);
    assertThat(tanh(Float.NaN)[0]).isNaN();
  }

  /** Deterministic runs rely on it: the interpreter and every compiler give the same bits. */
  @Test
  void consistsOfOperationsThatRoundOneWay() {
    float[] x = VectorFunctions.range(-12, 12, 1 << 16);
    float[] y = tanh(x);
    for (int i = 0; i < x.length; i++) {
      assertThat(Float.floatToRawIntBits(y[i]))
          .as("tanh(%s)", x[i])
          .isEqualTo(Float.floatToRawIntBits(ScalarTwin.tanh(x[i])));
    }
  }

  private static void requireAccurate(float... x) {
    assertThat(VectorFunctions.largestUlps(x, tanh(x), Math::tanh)).isLessThanOrEqualTo(3);
  }

  private static float[] tanh(float... x) {
    return VectorFunctions.apply(Simd::tanh, x);
  }
}
