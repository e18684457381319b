package io.ringflash.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * A strided view of off-heap elements, of any size that memory holds.
 *
 * <p>A tensor never owns its memory: the {@link Arena} that allocated the segment does. Views made
 * by {@link #select}, {@link #slice} and {@link #transpose} share it. Strides count elements, not
 * bytes.
 */
public final class Tensor {
  private final MemorySegment data;
  private final DType dtype;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  private Tensor(MemorySegment data, DType dtype, long offset, long[] shape, long[] strides) {
    this.data = data;
    this.dtype = dtype;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /**
   * A zero-filled, contiguous tensor that lives as long as {@code arena}.
   *
   * @throws IllegalArgumentException if a dimension is negative, or no memory could be that large
   */
  public static Tensor allocate(Arena arena, DType dtype, long... shape) {
    long[] strides = contiguousStrides(shape);
    return of(OffHeap.allocate(arena, span(dtype, shape, strides)), dtype, shape, strides);
  }

  /**
   * As {@link #allocate}, filled with anything: for a tensor that is about to be written in full.
   */
  public static Tensor reserve(Arena arena, DType dtype, long... shape) {
    long[] strides = contiguousStrides(shape);
    return of(OffHeap.reserve(arena, span(dtype, shape, strides)), dtype, shape, strides);
  }

  /**
   * A contiguous (C order) view of {@code data}.
   *
   * @throws IllegalArgumentException if a dimension is negative or {@code data} is too small
   */
  public static Tensor of(MemorySegment data, DType dtype, long... shape) {
    return of(data, dtype, shape, contiguousStrides(shape));
  }

  /**
   * A view of {@code data} with explicit strides, in elements.
   *
   * @throws IllegalArgumentException if a dimension or stride is negative, or an element lies
   *     outside of {@code data}
   */
  public static Tensor of(MemorySegment data, DType dtype, long[] shape, long[] strides) {
    if (shape.length != strides.length) {
      throw new IllegalArgumentException(
          "strides should have %d dimensions but got %d".formatted(shape.length, strides.length));
    }
    for (long stride : strides) {
      if (stride < 0) {
        throw new IllegalArgumentException(
            "strides should not be negative but got " + Arrays.toString(strides));
      }
    }
    long needed = span(dtype, shape, strides);
    if (needed > data.byteSize()) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s needs %d bytes but got %d"
              .formatted(dtype.label(), Arrays.toString(shape), needed, data.byteSize()));
    }
    return new Tensor(data, dtype, 0, shape.clone(), strides.clone());
  }

  /**
   * The memory that this tensor looks at; an element's byte offset comes from {@link #byteOffset}.
   */
  public MemorySegment data() {
    return data;
  }

  public DType dtype() {
    return dtype;
  }

  public int rank() {
    return shape.length;
  }

  public long dim(int dimension) {
    return shape[dimension];
  }

  /** Elements between neighbours along {@code dimension}. */
  public long stride(int dimension) {
    return strides[dimension];
  }

  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long size() {
    return elementCount(shape);
  }

  /** Bytes of all elements, without the gaps between them. */
  public long byteSize() {
    return size() * dtype.byteSize();
  }

  /** Whether the elements lie in C order without gaps. */
  public boolean isContiguous() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  /** Byte offset in {@link #data} of the element at {@code index}. */
  public long byteOffset(long... index) {
    if (index.length != shape.length) {
      throw new IllegalArgumentException(
          "index should have %d dimensions but got %d".formatted(shape.length, index.length));
    }
    long element = offset;
    for (int i = 0; i < index.length; i++) {
      element += Objects.checkIndex(index[i], shape[i]) * strides[i];
    }
    return element * dtype.byteSize();
  }

  public float get(long... index) {
    return dtype.load(data, byteOffset(index));
  }

  /** Rounds {@code value} to {@link #dtype} and stores it. */
  public void set(float value, long... index) {
    dtype.store(data, byteOffset(index), value);
  }

  /**
   * Converts one row, all elements of the last dimension, to FP32.
   *
   * @param target receives the row from {@code at}
   * @param index of the row: all dimensions but the last
   */
  public void readRow(float[] target, int at, long... index) {
    int length = rowLength();
    long from = rowOffset(index);
    long step = strides[shape.length - 1] * dtype.byteSize();
    if (step == dtype.byteSize()) {
      dtype.loadAll(data, from, target, at, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      target[at + i] = dtype.load(data, from + i * step);
    }
  }

  /**
   * Rounds one row, all elements of the last dimension, to this tensor's type and stores it.
   *
   * @param source holds the row from {@code at}
   * @param index of the row: all dimensions but the last
   */
  public void writeRow(float[] source, int at, long... index) {
    int length = rowLength();
    long to = rowOffset(index);
    long step = strides[shape.length - 1] * dtype.byteSize();
    if (step == dtype.byteSize()) {
      dtype.storeAll(data, to, source, at, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      dtype.store(data, to + i * step, source[at + i]);
    }
  }

  /** The view at {@code index} of {@code dimension}, which disappears. */
  public Tensor select(int dimension, long index) {
    Objects.checkIndex(index, shape[dimension]);
    return new Tensor(
        data,
        dtype,
        offset + index * strides[dimension],
        without(shape, dimension),
        without(strides, dimension));
  }

  /**
   * The view of {@code length} indices of {@code dimension} from {@code start}, every {@code step}.
   */
  public Tensor slice(int dimension, long start, long length, long step) {
    if (start < 0
        || length < 0
        || step < 1
        || (length > 0 && !reaches(shape[dimension], start, length - 1, step))) {
      throw new IndexOutOfBoundsException(
          "slice (start %d, length %d, step %d) should lie in dimension %d of shape %s"
              .formatted(start, length, step, dimension, Arrays.toString(shape)));
    }
    long[] newShape = shape.clone();
    long[] newStrides = strides.clone();
    newShape[dimension] = length;
    newStrides[dimension] = strides[dimension] * step;
    return new Tensor(data, dtype, offset + start * strides[dimension], newShape, newStrides);
  }

  /** Whether {@code steps} steps from {@code start} stay below {@code extent}, without wrapping. */
  private static boolean reaches(long extent, long start, long steps, long step) {
    return start < extent && steps <= (extent - 1 - start) / step;
  }

  /** The view with two dimensions exchanged. */
  public Tensor transpose(int first, int second) {
    return new Tensor(
        data, dtype, offset, swapped(shape, first, second), swapped(strides, first, second));
  }

  /** A contiguous copy in {@code target} type that lives as long as {@code arena}. */
  public Tensor copy(Arena arena, DType target) {
    Tensor copy = allocate(arena, target, shape);
    copy.copyFrom(this);
    return copy;
  }

  /**
   * Copies all elements of {@code source}, rounding to this tensor's type.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public void copyFrom(Tensor source) {
    if (!Arrays.equals(shape, source.shape)) {
      throw new IllegalArgumentException(
          "source should have shape %s but got %s"
              .formatted(Arrays.toString(shape), Arrays.toString(source.shape)));
    }
    if (size() > 0) {
      copyDimension(source, 0, offset, source.offset);
    }
  }

  private void copyDimension(Tensor source, int dimension, long to, long from) {
    if (dimension == shape.length) {
      dtype.store(
          data,
          to * dtype.byteSize(),
          source.dtype.load(source.data, from * source.dtype.byteSize()));
      return;
    }
    boolean lastDimension = dimension == shape.length - 1;
    if (lastDimension
        && dtype == source.dtype
        && strides[dimension] == 1
        && source.strides[dimension] == 1) {
      int width = dtype.byteSize();
      MemorySegment.copy(source.data, from * width, data, to * width, shape[dimension] * width);
      return;
    }
    for (long i = 0; i < shape[dimension]; i++) {
      copyDimension(
          source, dimension + 1, to + i * strides[dimension], from + i * source.strides[dimension]);
    }
  }

  @Override
  public String toString() {
    return dtype.label() + Arrays.toString(shape);
  }

  private int rowLength() {
    return Math.toIntExact(shape[shape.length - 1]);
  }

  /** Byte offset of a row's first element. */
  private long rowOffset(long[] index) {
    long element = offset;
    for (int i = 0; i < shape.length - 1; i++) {
      element += Objects.checkIndex(index[i], shape[i]) * strides[i];
    }
    return element * dtype.byteSize();
  }

  /** Bytes from the first element to the end of the last one. */
  private static long span(DType dtype, long[] shape, long[] strides) {
    if (elementCount(shape) == 0) {
      return 0;
    }
    try {
      long last = 0;
      for (int i = 0; i < shape.length; i++) {
        last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
      }
      return Math.multiplyExact(Math.addExact(last, 1), (long) dtype.byteSize());
    } catch (ArithmeticException e) {
      throw beyondMemory(shape, e);
    }
  }

  /**
   * Refuses shapes whose number of elements wraps, even if a dimension of 0 leaves none of them.
   */
  private static long elementCount(long[] shape) {
    long count = 1;
    boolean empty = false;
    for (long extent : shape) {
      if (extent < 0) {
        throw new IllegalArgumentException(
            "dimensions should not be negative but got " + Arrays.toString(shape));
      }
      empty |= extent == 0;
      count = times(count, extent, shape);
    }
    return empty ? 0 : count;
  }

  private static long[] contiguousStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride = times(stride, shape[i], shape);
    }
    return strides;
  }

  private static long times(long count, long extent, long[] shape) {
    try {
      return Math.multiplyExact(count, Math.max(1, extent));
    } catch (ArithmeticException e) {
      throw beyondMemory(shape, e);
    }
  }

  private static IllegalArgumentException beyondMemory(long[] shape, ArithmeticException cause) {
    return new IllegalArgumentException(
        "a tensor should span less than 2^63 bytes but got shape " + Arrays.toString(shape), cause);
  }

  private static long[] without(long[] values, int dimension) {
    long[] rest = new long[values.length - 1];
    System.arraycopy(values, 0, rest, 0, dimension);
    System.arraycopy(values, dimension + 1, rest, dimension, rest.length - dimension);
    return rest;
  }

  private static long[] swapped(long[] values, int first, int second) {
    long[] result = values.clone();
    result[first] = values[second];
    result[second] = values[first];
    return result;
  }
}
