package io.ringflash.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * How one element of a tensor is stored. Arithmetic is always at least FP32.
 *
 * <p>Each type has its own loops over many elements: a shared one would look up the type at each.
 */
public enum DType {
  /** IEEE 754 binary32. */
  FP32(4) {
    @Override
    public float load(MemorySegment data, long byteOffset) {
      return data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, byteOffset);
    }

    @Override
    public void store(MemorySegment data, long byteOffset, float value) {
      data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, byteOffset, value);
    }

    @Override
    public void loadAll(MemorySegment data, long byteOffset, float[] target, int at, int count) {
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED, byteOffset, target, at, count);
    }

    @Override
    public void storeAll(MemorySegment data, long byteOffset, float[] source, int at, int count) {
      MemorySegment.copy(source, at, data, ValueLayout.JAVA_FLOAT_UNALIGNED, byteOffset, count);
    }

    @Override
    public float round(float value) {
      return value;
    }
  },

  /** IEEE 754 binary16. */
  FP16(2) {
    @Override
    public float load(MemorySegment data, long byteOffset) {
      return Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, byteOffset));
    }

    @Override
    public void store(MemorySegment data, long byteOffset, float value) {
      data.set(ValueLayout.JAVA_SHORT_UNALIGNED, byteOffset, Float.floatToFloat16(value));
    }

    @Override
    public void loadAll(MemorySegment data, long byteOffset, float[] target, int at, int count) {
      for (int i = 0; i < count; i++) {
        target[at + i] = load(data, byteOffset + (long) i * Short.BYTES);
      }
    }

    @Override
    public void storeAll(MemorySegment data, long byteOffset, float[] source, int at, int count) {
      for (int i = 0; i < count; i++) {
        store(data, byteOffset + (long) i * Short.BYTES, source[at + i]);
      }
    }

    @Override
    public float round(float value) {
      return Float.float16ToFloat(Float.floatToFloat16(value));
    }
  },

  /** bfloat16: the upper half of a binary32, rounded to nearest even. */
  BF16(2) {
    @Override
    public float load(MemorySegment data, long byteOffset) {
      return fromBFloat16(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, byteOffset));
    }

    @Override
    public void store(MemorySegment data, long byteOffset, float value) {
      data.set(ValueLayout.JAVA_SHORT_UNALIGNED, byteOffset, toBFloat16(value));
    }

    @Override
    public void loadAll(MemorySegment data, long byteOffset, float[] target, int at, int count) {
      for (int i = 0; i < count; i++) {
        target[at + i] = load(data, byteOffset + (long) i * Short.BYTES);
      }
    }

    @Override
    public void storeAll(MemorySegment data, long byteOffset, float[] source, int at, int count) {
      for (int i = 0; i < count; i++) {
        store(data, byteOffset + (long) i * Short.BYTES, source[at + i]);
      }
    }

    @Override
    public float round(float value) {
      return fromBFloat16(toBFloat16(value));
    }
  };

  private final int byteSize;

  DType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes per element. */
  public int byteSize() {
    return byteSize;
  }

  /** The element at {@code byteOffset}, exactly. */
  public abstract float load(MemorySegment data, long byteOffset);

  /** Rounds {@code value} to nearest even in this type and stores it at {@code byteOffset}. */
  public abstract void store(MemorySegment data, long byteOffset, float value);

  /** Neighbouring elements from {@code byteOffset} on, exactly. */
  public abstract void loadAll(
      MemorySegment data, long byteOffset, float[] target, int at, int count);

  /** Rounds to nearest even in this type and stores neighbouring elements. */
  public abstract void storeAll(
      MemorySegment data, long byteOffset, float[] source, int at, int count);

  /** {@code value} rounded to nearest even in this type. */
  public abstract float round(float value);

  /** The name used on the command line: {@code fp32}, {@code fp16} or {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static float fromBFloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static short toBFloat16(float value) {
    if (Float.isNaN(value)) {
      return (short) 0x7FC0;
    }
    int bits = Float.floatToRawIntBits(value);
    int roundToNearestEven = 0x7FFF + ((bits >>> 16) & 1);
    return (short) ((bits + roundToNearestEven) >>> 16);
  }
}
