package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;

/** Tensors for tests, and comparisons to the last bit. */
final class TestTensors {
  private TestTensors() {}

  /** Normally distributed. */
  static Tensor normal(DType dtype, long seed, long... shape) {
    Tensor tensor = Tensor.allocate(Arena.ofAuto(), dtype, shape);
    Random random = new Random(seed);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }

  static Tensor filled(DType dtype, float value, long... shape) {
    Tensor tensor = Tensor.allocate(Arena.ofAuto(), dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), value);
    }
    return tensor;
  }

  /** A contiguous copy of any view. */
  static Tensor copy(Tensor view) {
    return view.copy(Arena.ofAuto(), view.dtype());
  }

  /** Elements of a contiguous tensor. */
  static float[] values(Tensor tensor) {
    assertThat(tensor.isContiguous()).isTrue();
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.dtype().load(tensor.data(), (long) i * tensor.dtype().byteSize());
    }
    return values;
  }

  /** Requires equal shapes, and elements whose bits are equal. */
  static void requireSameBits(String name, Tensor expected, Tensor actual) {
    assertThat(actual.shape()).as(name).containsExactly(expected.shape());
    assertThat(bits(actual)).as(name).containsExactly(bits(expected));
  }

  static void requireSameBits(String name, AttentionResult expected, AttentionResult actual) {
    requireSameBits(name + ", out", expected.out(), actual.out());
    requireSameBits(name + ", lse", expected.lse().orElseThrow(), actual.lse().orElseThrow());
    assertThat(actual.jointOut().isPresent()).isEqualTo(expected.jointOut().isPresent());
    if (expected.jointOut().isPresent()) {
      requireSameBits(
          name + ", joint out", expected.jointOut().orElseThrow(), actual.jointOut().orElseThrow());
      requireSameBits(
          name + ", joint lse", expected.jointLse().orElseThrow(), actual.jointLse().orElseThrow());
    }
  }

  private static int[] bits(Tensor tensor) {
    float[] values = values(tensor);
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
