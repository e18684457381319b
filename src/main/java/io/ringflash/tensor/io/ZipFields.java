package io.ringflash.tensor.io;

import java.nio.ByteBuffer;

/**
 * The numbers that Zip records are made of.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the Zip file
 *     format</a>
 */
final class ZipFields {
  static final int LOCAL_HEADER = 0x04034b50;
  static final int CENTRAL_HEADER = 0x02014b50;
  static final int DESCRIPTOR = 0x08074b50;
  static final int END = 0x06054b50;
  static final int ZIP64_END = 0x06064b50;
  static final int ZIP64_LOCATOR = 0x07064b50;

  static final int LOCAL_HEADER_SIZE = 30;
  static final int CENTRAL_HEADER_SIZE = 46;
  static final int END_SIZE = 22;
  static final int ZIP64_END_SIZE = 56;
  static final int ZIP64_LOCATOR_SIZE = 20;

  static final int FLAG_ENCRYPTED = 1;
  static final int FLAG_DESCRIPTOR = 1 << 3;

  /** The 32-bit value that sends the reader to the Zip64 extra field. */
  static final long IN_ZIP64 = 0xFFFF_FFFFL;

  /** The 16-bit value that sends the reader to the Zip64 end record. */
  static final int COUNT_IN_ZIP64 = 0xFFFF;

  private ZipFields() {}

  static int u16(ByteBuffer record, int offset) {
    return Short.toUnsignedInt(record.getShort(offset));
  }

  static long u32(ByteBuffer record, int offset) {
    return Integer.toUnsignedLong(record.getInt(offset));
  }

  /** Negative for what no file offset reaches. */
  static long u64(ByteBuffer record, int offset) {
    return record.getLong(offset);
  }
}
