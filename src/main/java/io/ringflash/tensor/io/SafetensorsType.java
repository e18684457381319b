package io.ringflash.tensor.io;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The element types of the safetensors format, by its own names. Those without a {@link StoredType}
 * are known only so that their spans can be checked.
 *
 * @see <a href="https://github.com/huggingface/safetensors">the safetensors format</a>
 */
enum SafetensorsType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16, StoredType.F16),
  BF16(16, StoredType.BF16),
  I32(32),
  U32(32),
  F32(32, StoredType.F32),
  C64(64),
  F64(64, StoredType.F64),
  I64(64),
  U64(64);

  private final int bits;
  private final @Nullable StoredType stored;

  SafetensorsType(int bits) {
    this(bits, null);
  }

  SafetensorsType(int bits, @Nullable StoredType stored) {
    this.bits = bits;
    this.stored = stored;
  }

  static Optional<SafetensorsType> of(String name) {
    for (SafetensorsType candidate : values()) {
      if (candidate.name().equals(name)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Bits per element. */
  int bits() {
    return bits;
  }

  Optional<StoredType> stored() {
    return Optional.ofNullable(stored);
  }
}
