package io.ringflash.tensor.io;

import java.nio.ByteOrder;
import java.util.Optional;

/** NumPy's floating-point types, by the names that {@code .npy} headers give them. */
enum NpyType {
  LITTLE_F2("<f2", StoredType.F16, ByteOrder.LITTLE_ENDIAN),
  LITTLE_F4("<f4", StoredType.F32, ByteOrder.LITTLE_ENDIAN),
  LITTLE_F8("<f8", StoredType.F64, ByteOrder.LITTLE_ENDIAN),
  BIG_F2(">f2", StoredType.F16, ByteOrder.BIG_ENDIAN),
  BIG_F4(">f4", StoredType.F32, ByteOrder.BIG_ENDIAN),
  BIG_F8(">f8", StoredType.F64, ByteOrder.BIG_ENDIAN);

  static final String ALL = "<f2, <f4, <f8, >f2, >f4, >f8";

  private final String descr;
  private final StoredType type;
  private final ByteOrder order;

  NpyType(String descr, StoredType type, ByteOrder order) {
    this.descr = descr;
    this.type = type;
    this.order = order;
  }

  static Optional<NpyType> of(String descr) {
    for (NpyType candidate : values()) {
      if (candidate.descr.equals(descr)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  StoredType type() {
    return type;
  }

  ByteOrder order() {
    return order;
  }

  boolean isNative() {
    return type.isNative(order);
  }
}
