package io.ringflash.engine.cpu;

import io.ringflash.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of elements in any storage type, as FP32 arrays. */
final class Rows {
  private Rows() {}

  /** Converts {@code length} neighbouring elements from {@code byteOffset}. */
  static void read(
      MemorySegment data, long byteOffset, DType dtype, float[] target, int at, int length) {
    switch (dtype) {
      case FP32 ->
          MemorySegment.copy(
              data, ValueLayout.JAVA_FLOAT_UNALIGNED, byteOffset, target, at, length);
      case FP16, BF16 -> {
        for (int i = 0; i < length; i++) {
          target[at + i] = dtype.load(data, byteOffset + (long) i * dtype.byteSize());
        }
      }
    }
  }
}
