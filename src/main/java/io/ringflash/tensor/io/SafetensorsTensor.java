package io.ringflash.tensor.io;

import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** One tensor of a safetensors file. */
record SafetensorsTensor(InputFile file, SafetensorsEntry entry, long dataOffset)
    implements StoredTensor {
  /** The tensors in the order of their bytes. */
  static List<StoredTensor> open(InputFile file) throws IOException {
    SafetensorsHeader header = SafetensorsHeader.read(file);
    List<StoredTensor> tensors = new ArrayList<>();
    for (SafetensorsEntry entry : header.entries()) {
      tensors.add(new SafetensorsTensor(file, entry, header.dataOffset()));
    }
    return tensors;
  }

  @Override
  public TensorInfo info() {
    return new TensorInfo(
        entry.name(), entry.type().name(), entry.shape(), entry.type().stored().isPresent());
  }

  @Override
  public Tensor load(Arena arena) throws IOException {
    Location where = file.location().tensor(entry.name());
    StoredType type =
        entry
            .type()
            .stored()
            .orElseThrow(() ->
                where.error("dtype should be one of F16, BF16, F32, F64 but got " + entry.type()));
    return Tensor.of(elements(type, arena, where), type.dtype(), Shapes.toArray(entry.shape()));
  }

  private MemorySegment elements(StoredType type, Arena arena, Location where) throws IOException {
    long start = dataOffset + entry.begin();
    long length = entry.end() - entry.begin();
    if (type.isNative(ByteOrder.LITTLE_ENDIAN)) {
      return file.map(start, length, arena);
    }
    try (InputStream in = file.stream(start, length)) {
      return ElementReader.read(
          in, type, ByteOrder.LITTLE_ENDIAN, Shapes.elementCount(entry.shape()), arena, where);
    }
  }
}
