package io.ringflash.tensor.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The uncompressed bytes of a Zip entry, which never gives more than the entry's size. Reading to
 * the end checks the CRC, and that size and compressed size were the truth.
 */
final class ZipMemberStream extends InputStream {
  private static final int BUFFER = 1 << 16;

  private final ZipMember member;
  private final Location where;
  private final Inflater inflater = new Inflater(true);
  private final InputStream bytes;
  private final CRC32 crc = new CRC32();
  private long remaining;

  /**
   * @param compressed the entry's bytes as they lie in the archive
   */
  ZipMemberStream(ZipMember member, InputStream compressed, Location where) {
    this.member = member;
    this.where = where;
    this.bytes =
        member.method() == ZipMember.STORED
            ? compressed
            : new InflaterInputStream(compressed, inflater, BUFFER);
    this.remaining = member.size();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (remaining == 0) {
      checkEnd();
      return -1;
    }
    int read = readCompressed(target, offset, (int) Math.min(length, remaining));
    if (read < 0) {
      throw where.error("should have %d bytes but has %d less".formatted(member.size(), remaining));
    }
    crc.update(target, offset, read);
    remaining -= read;
    return read;
  }

  private int readCompressed(byte[] target, int offset, int length) throws IOException {
    try {
      return bytes.read(target, offset, length);
    } catch (EOFException e) {
      return -1;
    } catch (ZipException e) {
      throw where.error("should be deflated data but got: " + e.getMessage(), e);
    }
  }

  private void checkEnd() throws IOException {
    if (crc.getValue() != member.crc()) {
      throw where.error("CRC should be %08x but got %08x".formatted(member.crc(), crc.getValue()));
    }
    if (readCompressed(new byte[1], 0, 1) >= 0) {
      throw where.error("should have %d bytes but has more".formatted(member.size()));
    }
    if (member.method() == ZipMember.DEFLATED
        && inflater.getBytesRead() != member.compressedSize()) {
      throw where.error(
          "should have %d compressed bytes but used %d"
              .formatted(member.compressedSize(), inflater.getBytesRead()));
    }
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    bytes.close();
  }
}
