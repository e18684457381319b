package io.ringflash.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  /** Element {@code i} in C order is {@code i}. */
  private Tensor counting(DType dtype, long... shape) {
    Tensor tensor = Tensor.allocate(arena, dtype, shape);
    for (long i = 0; i < tensor.size(); i++) {
      dtype.store(tensor.data(), i * dtype.byteSize(), (float) i);
    }
    return tensor;
  }

  @ParameterizedTest
  @EnumSource
  void anAllocatedTensorIsZeroContiguousAndOnACacheLine(DType dtype) {
    Tensor tensor = Tensor.allocate(arena, dtype, 2, 3, 5);
    assertThat(tensor.isContiguous()).isTrue();
    assertThat(tensor.size()).isEqualTo(30);
    assertThat(tensor.byteSize()).isEqualTo(30L * dtype.byteSize());
    assertThat(tensor.data().address() % 64).isZero();
    assertThat(tensor.get(1, 2, 4)).isZero();
    assertThat(tensor).hasToString(dtype.label() + "[2, 3, 5]");
  }

  @Test
  void indicesFollowCOrder() {
    Tensor tensor = counting(DType.FP32, 2, 3, 5);
    assertThat(tensor.get(0, 0, 0)).isZero();
    assertThat(tensor.get(1, 2, 4)).isEqualTo(29);
    assertThat(tensor.get(1, 0, 3)).isEqualTo(18);
    assertThat(new long[] {tensor.stride(0), tensor.stride(1), tensor.stride(2)})
        .containsExactly(15, 5, 1);
  }

  @Test
  void setRoundsToTheType() {
    Tensor tensor = Tensor.allocate(arena, DType.BF16, 1);
    tensor.set(1.001f, 0);
    assertThat(tensor.get(0)).isEqualTo(1.0f);
  }

  @Test
  void aScalarHasOneElement() {
    Tensor scalar = Tensor.allocate(arena, DType.FP32);
    scalar.set(7);
    assertThat(scalar.size()).isOne();
    assertThat(scalar.get()).isEqualTo(7);
    assertThat(scalar.copy(arena, DType.FP16).get()).isEqualTo(7);
  }

  @Test
  void anEmptyTensorNeedsNoMemory() {
    Tensor empty = Tensor.of(MemorySegment.NULL, DType.FP32, 4, 0, 8);
    assertThat(empty.size()).isZero();
    assertThat(empty.copy(arena, DType.BF16).shape()).containsExactly(4, 0, 8);
  }

  @Test
  void viewsShareTheMemory() {
    Tensor tensor = counting(DType.FP16, 4, 6);
    Tensor view = tensor.slice(0, 1, 2, 2).transpose(0, 1).select(0, 5);
    assertThat(view.shape()).containsExactly(2);
    assertThat(view.get(0)).isEqualTo(11);
    assertThat(view.get(1)).isEqualTo(23);
    view.set(-1, 1);
    assertThat(tensor.get(3, 5)).isEqualTo(-1);
  }

  @Test
  void contiguityIsAboutGapsAndOrder() {
    Tensor tensor = counting(DType.FP32, 4, 6);
    assertThat(tensor.slice(0, 1, 2, 1).isContiguous()).isTrue();
    assertThat(tensor.slice(0, 0, 2, 2).isContiguous()).isFalse();
    assertThat(tensor.slice(1, 0, 3, 1).isContiguous()).isFalse();
    assertThat(tensor.transpose(0, 1).isContiguous()).isFalse();
    assertThat(tensor.slice(0, 2, 1, 1).transpose(0, 1).isContiguous())
        .as("a dimension of one element has no order")
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aCopyOfAnyViewIsContiguousAndEqual(DType target) {
    Tensor view = counting(DType.FP32, 3, 4, 5).transpose(0, 2).slice(1, 1, 2, 2);
    Tensor copy = view.copy(arena, target);
    assertThat(copy.isContiguous()).isTrue();
    assertThat(copy.shape()).containsExactly(5, 2, 3);
    for (long i = 0; i < 5; i++) {
      for (long j = 0; j < 2; j++) {
        for (long k = 0; k < 3; k++) {
          assertThat(copy.get(i, j, k)).isEqualTo(view.get(i, j, k));
        }
      }
    }
  }

  @Test
  void explicitStridesMayRepeatElements() {
    Tensor row =
        Tensor.of(counting(DType.FP32, 3).data(), DType.FP32, new long[] {1000, 3}, strides(0, 1));
    assertThat(row.get(999, 2)).isEqualTo(2);
  }

  private static long[] strides(long... strides) {
    return strides;
  }

  @Test
  void copyFromRefusesAnotherShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> counting(DType.FP32, 2, 3).copyFrom(counting(DType.FP32, 3, 2)))
        .withMessage("source should have shape [2, 3] but got [3, 2]");
  }

  @Test
  void shapesThatDoNotFitTheMemoryAreRefused() {
    MemorySegment data = arena.allocate(24);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, 7))
        .withMessage("a fp32 tensor of shape [7] needs 28 bytes but got 24");
    assertThatIllegalArgumentException().isThrownBy(() -> Tensor.of(data, DType.FP32, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, new long[] {2}, strides(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, new long[] {2}, strides(1, 1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, new long[] {2, 3}, strides(4, 1)));
  }

  @Test
  void shapesThatWrapAreRefused() {
    MemorySegment data = arena.allocate(24);
    String rule = "a tensor should span less than 2^63 bytes but got shape ";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, 1L << 32, 1L << 32))
        .withMessage(rule + "[4294967296, 4294967296]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, 1L << 62))
        .withMessage(rule + "[4611686018427387904]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.of(data, DType.FP32, new long[] {3}, strides(Long.MAX_VALUE)))
        .withMessage(rule + "[3]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.allocate(arena, DType.FP16, Long.MAX_VALUE, 2))
        .withMessage(rule + "[9223372036854775807, 2]");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 4, Long.MIN_VALUE, Long.MAX_VALUE})
  void indicesOutsideAreRefused(long index) {
    Tensor tensor = counting(DType.FP32, 4, 4);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> tensor.get(0, index));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> tensor.select(1, index));
    assertThatIllegalArgumentException().isThrownBy(() -> tensor.get(index));
  }

  @Test
  void slicesOutsideAreRefused() {
    Tensor tensor = counting(DType.FP32, 4);
    long[][] outside = {
      {-1, 1, 1},
      {0, 5, 1},
      {4, 1, 1},
      {0, 3, 2},
      {0, -1, 1},
      {0, 1, 0},
      {0, Long.MAX_VALUE, 1},
      {0, Long.MAX_VALUE, 2},
      {1, 3, Long.MAX_VALUE},
      {Long.MAX_VALUE, 2, 1},
    };
    for (long[] slice : outside) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> tensor.slice(0, slice[0], slice[1], slice[2]));
    }
    assertThat(tensor.slice(0, 4, 0, 1).size()).isZero();
    assertThat(tensor.slice(0, 3, 1, Long.MAX_VALUE).get(0)).isEqualTo(3);
  }
}
