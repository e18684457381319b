package io.ringflash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
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
    assertThat(tensor.isContiguous() || tensor.size() == 0).isTrue();
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.dtype().load(tensor.data(), (long) i * tensor.dtype().byteSize());
    }
    return values;
  }

  /** Requires equal shapes, and elements whose bits are equal. */
  static void requireSameBits(String name, Tensor expected, Tensor actual) {
    assertThat(actual.shape()).as(name).containsExactly(expected.shape());
    float[] a = values(expected);
    float[] b = values(actual);
    for (int i = 0; i < a.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
        // Not the whole arrays: they are too long to read.
        fail("%s: element %d should be %s but is %s", name, i, shown(a[i]), shown(b[i]));
      }
    }
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

  private static String shown(float value) {
    return "%s (%08x)".formatted(value, Float.floatToRawIntBits(value));
  }
}
