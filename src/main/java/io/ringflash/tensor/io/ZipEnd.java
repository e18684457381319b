package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.ZipFields.u16;
import static io.ringflash.tensor.io.ZipFields.u32;
import static io.ringflash.tensor.io.ZipFields.u64;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where the central directory is.
 *
 * @param directoryOffset its first byte
 * @param directorySize its bytes
 * @param count its entries
 */
record ZipEnd(long directoryOffset, long directorySize, long count) {
  /**
   * Reads the record at the very end of {@code file}. An archive comment would allow two readers to
   * find two different ends, and no writer of tensors leaves one: it is refused.
   */
  static ZipEnd read(InputFile file) throws IOException {
    Location where = file.location();
    long offset = file.size() - ZipFields.END_SIZE;
    if (offset < 0) {
      throw where.error(
          "a Zip archive should have at least %d bytes but got %d"
              .formatted(ZipFields.END_SIZE, file.size()));
    }
    ByteBuffer end = file.bytes(offset, ZipFields.END_SIZE);
    if (end.getInt(0) != ZipFields.END || u16(end, 20) != 0) {
      throw where.error("should end with the end record of a Zip archive without comment");
    }
    if (u16(end, 4) != 0 || u16(end, 6) != 0 || u16(end, 8) != u16(end, 10)) {
      throw where.error("a Zip archive should be in one part");
    }
    ZipEnd narrow = new ZipEnd(u32(end, 16), u32(end, 12), u16(end, 10));
    long locatorOffset = offset - ZipFields.ZIP64_LOCATOR_SIZE;
    if (locatorOffset >= 0) {
      ByteBuffer locator = file.bytes(locatorOffset, ZipFields.ZIP64_LOCATOR_SIZE);
      if (locator.getInt(0) == ZipFields.ZIP64_LOCATOR) {
        return narrow.resolve(file, locator, locatorOffset);
      }
    }
    return narrow.checked(offset, where);
  }

  private ZipEnd resolve(InputFile file, ByteBuffer locator, long locatorOffset)
      throws IOException {
    Location where = file.location();
    long offset = locatorOffset - ZipFields.ZIP64_END_SIZE;
    if (offset < 0 || u64(locator, 8) != offset || u32(locator, 4) != 0 || u32(locator, 16) != 1) {
      throw where.error("Zip64 locator should point at the Zip64 end record before it");
    }
    ByteBuffer end = file.bytes(offset, ZipFields.ZIP64_END_SIZE);
    if (end.getInt(0) != ZipFields.ZIP64_END || u64(end, 4) != ZipFields.ZIP64_END_SIZE - 12) {
      throw where.error(
          "Zip64 end record should have %d bytes".formatted(ZipFields.ZIP64_END_SIZE));
    }
    if (u32(end, 16) != 0 || u32(end, 20) != 0 || u64(end, 24) != u64(end, 32)) {
      throw where.error("a Zip archive should be in one part");
    }
    ZipEnd wide = new ZipEnd(u64(end, 48), u64(end, 40), u64(end, 32));
    if (disagree(directoryOffset, wide.directoryOffset, ZipFields.IN_ZIP64)
        || disagree(directorySize, wide.directorySize, ZipFields.IN_ZIP64)
        || disagree(count, wide.count, ZipFields.COUNT_IN_ZIP64)) {
      throw where.error("end record and Zip64 end record should agree");
    }
    return wide.checked(offset, where);
  }

  private static boolean disagree(long narrow, long wide, long inZip64) {
    return narrow != inZip64 && narrow != wide;
  }

  /** {@code this}, if the directory ends where the end records begin. */
  private ZipEnd checked(long endOffset, Location where) throws TensorFileException {
    if (directoryOffset < 0
        || directorySize < 0
        || directoryOffset > endOffset
        || directorySize != endOffset - directoryOffset) {
      throw where.error(
          "central directory should end at %d but got offset %s and %s bytes"
              .formatted(
                  endOffset,
                  Long.toUnsignedString(directoryOffset),
                  Long.toUnsignedString(directorySize)));
    }
    return this;
  }
}
