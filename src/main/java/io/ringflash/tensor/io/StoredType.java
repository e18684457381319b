package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** An element type that files hold, and the type it becomes in memory. */
enum StoredType {
  F16(DType.FP16, 2),
  BF16(DType.BF16, 2),
  F32(DType.FP32, 4),
  /** Rounded to FP32, to nearest even: nothing computes in FP64. */
  F64(DType.FP32, 8);

  private final DType dtype;
  private final int byteSize;

  StoredType(DType dtype, int byteSize) {
    this.dtype = dtype;
    this.byteSize = byteSize;
  }

  DType dtype() {
    return dtype;
  }

  /** Bytes per element in the file. */
  int byteSize() {
    return byteSize;
  }

  /** Whether the file's bytes are the tensor's bytes. */
  boolean isNative(ByteOrder order) {
    return order == ByteOrder.nativeOrder() && byteSize == dtype.byteSize();
  }

  /** Converts {@code count} elements at the start of {@code from} to {@code to}. */
  void convert(MemorySegment from, ByteOrder order, MemorySegment to, long toOffset, int count) {
    if (isNative(order)) {
      MemorySegment.copy(from, 0, to, toOffset, (long) count * byteSize);
      return;
    }
    switch (byteSize) {
      case Short.BYTES -> convertShorts(from, order, to, toOffset, count);
      case Integer.BYTES -> convertInts(from, order, to, toOffset, count);
      default -> convertDoubles(from, order, to, toOffset, count);
    }
  }

  private static void convertShorts(
      MemorySegment from, ByteOrder order, MemorySegment to, long toOffset, int count) {
    MemorySegment.copy(
        from,
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order),
        0,
        to,
        ValueLayout.JAVA_SHORT_UNALIGNED,
        toOffset,
        count);
  }

  private static void convertInts(
      MemorySegment from, ByteOrder order, MemorySegment to, long toOffset, int count) {
    MemorySegment.copy(
        from,
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(order),
        0,
        to,
        ValueLayout.JAVA_INT_UNALIGNED,
        toOffset,
        count);
  }

  private static void convertDoubles(
      MemorySegment from, ByteOrder order, MemorySegment to, long toOffset, int count) {
    ValueLayout.OfDouble layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order);
    for (int i = 0; i < count; i++) {
      float rounded = (float) from.get(layout, (long) i * Double.BYTES);
      to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, toOffset + (long) i * Float.BYTES, rounded);
    }
  }
}
