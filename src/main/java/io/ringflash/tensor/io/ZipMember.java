package io.ringflash.tensor.io;

/**
 * One entry of a Zip archive, as the central directory has it.
 *
 * @param name the entry's name, checked
 * @param flags the general purpose bits
 * @param method {@link #STORED} or {@link #DEFLATED}
 * @param crc the CRC-32 of the uncompressed bytes
 * @param compressedSize bytes in the archive
 * @param size bytes when uncompressed
 * @param headerOffset where the local header starts
 */
record ZipMember(
    String name,
    int flags,
    int method,
    long crc,
    long compressedSize,
    long size,
    long headerOffset) {
  static final int STORED = 0;
  static final int DEFLATED = 8;

  /** Sizes and CRC follow the data, because the writer could not go back to the local header. */
  boolean hasDescriptor() {
    return (flags & ZipFields.FLAG_DESCRIPTOR) != 0;
  }
}
