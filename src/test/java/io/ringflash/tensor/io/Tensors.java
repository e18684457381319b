package io.ringflash.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Tensors for tests, and the comparison of two. */
final class Tensors {
  private Tensors() {}

  static Tensor random(Arena arena, DType dtype, long... shape) {
    Random random = new Random(7);
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) random.nextGaussian());
    }
    return tensor;
  }

  static Tensor get(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** The elements in C order. */
  static float[] values(Tensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor copy = tensor.copy(arena, DType.FP32);
      float[] values = new float[Math.toIntExact(copy.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = DType.FP32.load(copy.data(), (long) i * Float.BYTES);
      }
      return values;
    }
  }

  static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(values(actual)).isEqualTo(values(expected));
  }
}
