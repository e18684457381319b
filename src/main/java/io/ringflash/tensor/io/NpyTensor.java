package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The tensor of one {@code .npy}. */
final class NpyTensor implements StoredTensor {
  private final String name;
  private final NpySource source;
  private final NpyHeader header;

  private NpyTensor(String name, NpySource source, NpyHeader header) {
    this.name = name;
    this.source = source;
    this.header = header;
  }

  /** Reads the header, and holds the shape against the length before anything trusts it. */
  static NpyTensor open(String name, NpySource source) throws IOException {
    try (InputStream in = source.open()) {
      NpyHeader header = NpyHeader.read(in, source.length(), source.location());
      Optional<NpyType> type = NpyType.of(header.descr());
      if (type.isPresent()) {
        checkLength(header, type.get(), source);
      }
      return new NpyTensor(name, source, header);
    }
  }

  private static void checkLength(NpyHeader header, NpyType type, NpySource source)
      throws TensorFileException {
    long expected = Shapes.elementCount(header.shape()) * type.type().byteSize();
    long actual = source.length() - header.dataOffset();
    if (expected != actual) {
      throw source
          .location()
          .error(
              "data of shape %s and dtype %s should have %d bytes but got %d"
                  .formatted(header.shape(), header.descr(), expected, actual));
    }
  }

  @Override
  public TensorInfo info() {
    return new TensorInfo(
        name, header.descr(), header.shape(), NpyType.of(header.descr()).isPresent());
  }

  @Override
  public Tensor load(Arena arena) throws IOException {
    NpyType type =
        NpyType.of(header.descr())
            .orElseThrow(() ->
                source
                    .location()
                    .error(
                        "dtype should be one of %s but got %s"
                            .formatted(NpyType.ALL, Printable.quote(header.descr()))));
    DType dtype = type.type().dtype();
    long[] shape = Shapes.toArray(header.shape());
    if (!header.fortranOrder()) {
      return Tensor.of(elements(type, arena, arena), dtype, shape);
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment elements = elements(type, arena, scratch);
      return Tensor.of(elements, dtype, shape, columnMajor(shape)).copy(arena, dtype);
    }
  }

  /** The elements in file order, where possible mapped, and otherwise in {@code converted}. */
  private MemorySegment elements(NpyType type, Arena mapped, Arena converted) throws IOException {
    if (type.isNative()) {
      Optional<MemorySegment> inPlace = source.map(header.dataOffset(), mapped);
      if (inPlace.isPresent()) {
        return inPlace.get();
      }
    }
    try (InputStream in = source.open()) {
      in.skipNBytes(header.dataOffset());
      return ElementReader.read(
          in,
          type.type(),
          type.order(),
          Shapes.elementCount(header.shape()),
          converted,
          source.location());
    }
  }

  private static long[] columnMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }
}
