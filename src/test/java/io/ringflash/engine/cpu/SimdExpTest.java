package io.ringflash.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimdExpTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void errsByTwoUnitsInTheLastPlace() {
    requireAccurate(VectorFunctions.range(-87.3, 0, 1 << 20));
    requireAccurate(VectorFunctions.range(-1e-3, 1e-3, 1 << 12));
    requireAccurate(VectorFunctions.range(0, 88, 1 << 16));
  }

  /** Where the reduction changes from one power of two to the next. */
  @Test
  void isAccurateAroundHalfMultiplesOfLn2() {
    for (int n = -125; n <= 125; n++) {
      float edge = (float) ((n + 0.5) * Math.log(2));
      requireAccurate(Math.nextDown(edge), edge, Math.nextUp(edge));
    }
  }

  @Test
  void isExactWhereSoftmaxNeedsIt() {
    assertThat(exp(0f, -0f)).containsExactly(1, 1);
    assertThat(exp(-INFINITY, -Float.MAX_VALUE, -1e30f, -1000, -88)).containsOnly(0);
  }

  @Test
  void keepsNan() {
    assertThat(exp(Float.NaN)[0]).isNaN();
    assertThat(exp(INFINITY - INFINITY)[0]).isNaN();
  }

  /** A weight that vanishes must vanish quietly: one lane's value never touches another's. */
  @Test
  void lanesDoNotMix() {
    for (int lane = 0; lane < Simd.LANES; lane++) {
      float[] x = new float[Simd.LANES];
      x[lane] = Float.NaN;
      float[] y = exp(x);
      for (int i = 0; i < y.length; i++) {
        assertThat(y[i]).isEqualTo(Float.valueOf(i == lane ? Float.NaN : 1));
      }
    }
  }

  /** Deterministic runs rely on it: the interpreter and every compiler give the same bits. */
  @Test
  void consistsOfOperationsThatRoundOneWay() {
    float[] x = VectorFunctions.range(-90, 88, 1 << 16);
    float[] y = exp(x);
    for (int i = 0; i < x.length; i++) {
      assertThat(Float.floatToRawIntBits(y[i]))
          .as("exp(%s)", x[i])
          .isEqualTo(Float.floatToRawIntBits(ScalarTwin.exp(x[i])));
    }
  }

  private static void requireAccurate(float... x) {
    assertThat(VectorFunctions.largestUlps(x, exp(x), Math::exp)).isLessThanOrEqualTo(2);
  }

  private static float[] exp(float... x) {
    return VectorFunctions.apply(Simd::exp, x);
  }
}
