package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.ZipFields.u32;
import static io.ringflash.tensor.io.ZipFields.u64;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What lies between an entry's bytes and the next header: nothing, or the entry's data descriptor,
 * which must say what the central directory says.
 */
final class ZipDescriptor {
  private static final int NARROW = 12;
  private static final int WIDE = 20;

  private ZipDescriptor() {}

  static void check(InputFile file, ZipMember member, long start, long end, Location entry)
      throws IOException {
    long length = end - start;
    if (!member.hasDescriptor()) {
      if (length != 0) {
        throw entry.error(
            "should be followed by the next header but %d bytes come".formatted(length));
      }
      return;
    }
    // Writers may put a signature in front, and 64-bit sizes in: the length tells which.
    boolean signed = length == NARROW + Integer.BYTES || length == WIDE + Integer.BYTES;
    if (!signed && length != NARROW && length != WIDE) {
      throw entry.error("data descriptor should have 12, 16, 20 or 24 bytes but got " + length);
    }
    ByteBuffer descriptor = file.bytes(start, (int) length);
    int fields = signed ? Integer.BYTES : 0;
    boolean wide = length >= WIDE;
    long compressed = wide ? u64(descriptor, fields + 4) : u32(descriptor, fields + 4);
    long size = wide ? u64(descriptor, fields + 12) : u32(descriptor, fields + 8);
    if ((signed && descriptor.getInt(0) != ZipFields.DESCRIPTOR)
        || u32(descriptor, fields) != member.crc()
        || compressed != member.compressedSize()
        || size != member.size()) {
      throw entry.error("data descriptor should agree with the central directory but does not");
    }
  }
}
