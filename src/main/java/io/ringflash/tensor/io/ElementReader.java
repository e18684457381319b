package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** Brings elements from a stream into memory, converting a chunk at a time. */
final class ElementReader {
  /** A multiple of every element size. */
  private static final int CHUNK = 1 << 18;

  private static final long ALIGNMENT = 64;

  private ElementReader() {}

  /**
   * Reads {@code count} elements, which must be all that {@code in} has.
   *
   * @return their values in {@code type.dtype()}, as memory of {@code arena}
   */
  static MemorySegment read(
      InputStream in, StoredType type, ByteOrder order, long count, Arena arena, Location where)
      throws IOException {
    MemorySegment elements = arena.allocate(count * type.dtype().byteSize(), ALIGNMENT);
    byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, count * type.byteSize()))];
    for (long done = 0; done < count; ) {
      int part = (int) Math.min(count - done, CHUNK / type.byteSize());
      int wanted = part * type.byteSize();
      if (in.readNBytes(chunk, 0, wanted) < wanted) {
        throw where.error("data should have %d elements but ends early".formatted(count));
      }
      type.convert(
          MemorySegment.ofArray(chunk), order, elements, done * type.dtype().byteSize(), part);
      done += part;
    }
    if (in.read() >= 0) {
      throw where.error("data should have %d elements but goes on".formatted(count));
    }
    return elements;
  }
}
