package io.ringflash.engine.cpu;

/**
 * The functions of {@link Simd} on one number, from operations that IEEE 754 rounds in one way
 * only. Library functions have no such rule: the interpreter, C1 and C2 may each call another one.
 */
final class ScalarTwin {
  private ScalarTwin() {}

  static float exp(float x) {
    float magic = 0x1.8p23f + 127;
    float shifted = Math.fma(x, 1.44269504f, magic);
    float n = shifted - magic;
    float r = Math.fma(n, -0.693359375f, x);
    r = Math.fma(n, 2.12194440e-4f, r);
    float p = 8.262642659e-3f;
    p = Math.fma(p, r, 4.189852998e-2f);
    p = Math.fma(p, r, 1.666817367e-1f);
    p = Math.fma(p, r, 4.999914467e-1f);
    p = Math.fma(p, r, 9.999994636e-1f);
    p = Math.fma(p, r, 1f);
    return x < -87.33654f ? 0 : p * Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
  }

  static float tanh(float x) {
    float magnitude = Math.abs(x);
    if (magnitude < 0.625f) {
      float z = x * x;
      float p = -5.70498872745e-3f;
      p = Math.fma(p, z, 2.06390887954e-2f);
      p = Math.fma(p, z, -5.37397155531e-2f);
      p = Math.fma(p, z, 1.33314422036e-1f);
      p = Math.fma(p, z, -3.33332819422e-1f);
      return Math.fma(p, z * x, x);
    }
    float e = exp(2 * Math.min(magnitude, 10f));
    return Math.copySign(1 - 2 / (e + 1), x);
  }
}
