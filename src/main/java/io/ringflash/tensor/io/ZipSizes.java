package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.ZipFields.IN_ZIP64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Sizes and offset of a header, after its Zip64 extra field has replaced those that 32 bits do not
 * hold.
 */
record ZipSizes(long size, long compressedSize, long headerOffset) {
  private static final int ZIP64_EXTRA = 1;

  /**
   * {@code this} with the values of the Zip64 field in {@code extra} where there should be some.
   */
  ZipSizes resolve(ByteBuffer extra, Location where) throws TensorFileException {
    ByteBuffer wide = zip64Field(extra, where);
    int wanted = count(size) + count(compressedSize) + count(headerOffset);
    if (wide.remaining() != wanted * Long.BYTES) {
      throw where.error(
          "Zip64 field should have %d bytes but got %d"
              .formatted(wanted * Long.BYTES, wide.remaining()));
    }
    return new ZipSizes(
        resolve(size, wide, where),
        resolve(compressedSize, wide, where),
        resolve(headerOffset, wide, where));
  }

  private static int count(long value) {
    return value == IN_ZIP64 ? 1 : 0;
  }

  private static long resolve(long value, ByteBuffer wide, Location where)
      throws TensorFileException {
    if (value != IN_ZIP64) {
      return value;
    }
    long resolved = wide.getLong();
    if (resolved < 0) {
      throw where.error(
          "Zip64 value should be below 2^63 but got " + Long.toUnsignedString(resolved));
    }
    return resolved;
  }

  /** The content of the only Zip64 field, empty if there is none. */
  private static ByteBuffer zip64Field(ByteBuffer extra, Location where)
      throws TensorFileException {
    ByteBuffer found = ByteBuffer.allocate(0);
    boolean seen = false;
    int position = 0;
    while (position < extra.limit()) {
      int start = position + 2 * Short.BYTES;
      int length = start <= extra.limit() ? ZipFields.u16(extra, position + Short.BYTES) : 0;
      if (start + length > extra.limit()) {
        throw where.error("extra fields should end with their header but go on");
      }
      if (ZipFields.u16(extra, position) == ZIP64_EXTRA) {
        if (seen) {
          throw where.error("Zip64 field should come once but comes twice");
        }
        seen = true;
        found = extra.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
      }
      position = start + length;
    }
    return found;
  }
}
