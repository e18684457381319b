package io.ringflash.engine.cpu;

import static io.ringflash.engine.cpu.Simd.LANES;
import static io.ringflash.engine.cpu.Simd.SPECIES;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;

/** Applies vector functions to arrays, and measures their errors. */
final class VectorFunctions {
  private VectorFunctions() {}

  static float[] apply(UnaryOperator<FloatVector> function, float... x) {
    float[] padded = Arrays.copyOf(x, Simd.padded(x.length));
    for (int i = 0; i < padded.length; i += LANES) {
      function.apply(FloatVector.fromArray(SPECIES, padded, i)).intoArray(padded, i);
    }
    return Arrays.copyOf(padded, x.length);
  }

  /** {@code count} numbers from {@code from} to {@code to}, both included, evenly spaced. */
  static float[] range(double from, double to, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (from + (to - from) * i / (count - 1));
    }
    return values;
  }

  /** Largest distance from the exact values, in units in the last place of those. */
  static double largestUlps(float[] x, float[] y, DoubleUnaryOperator exact) {
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      double expected = exact.applyAsDouble(x[i]);
      largest = Math.max(largest, Math.abs(y[i] - expected) / Math.ulp((float) expected));
    }
    return largest;
  }
}
