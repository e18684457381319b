package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.ZipFields.u16;
import static io.ringflash.tensor.io.ZipFields.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The header in front of an entry's bytes, which must say what the central directory says. */
final class ZipLocalHeader {
  private ZipLocalHeader() {}

  /**
   * Holds the local header of {@code member}, which ends before {@code end}, against {@code
   * member}.
   *
   * @return where the entry's bytes start
   */
  static long check(InputFile file, ZipMember member, long end, Location entry) throws IOException {
    long offset = member.headerOffset();
    if (end - offset < ZipFields.LOCAL_HEADER_SIZE) {
      throw entry.error("local header should lie before the next header but does not");
    }
    ByteBuffer header = file.bytes(offset, ZipFields.LOCAL_HEADER_SIZE);
    if (header.getInt(0) != ZipFields.LOCAL_HEADER) {
      throw entry.error("local header should be at %d but is not".formatted(offset));
    }
    long nameOffset = offset + ZipFields.LOCAL_HEADER_SIZE;
    int nameLength = u16(header, 26);
    int extraLength = u16(header, 28);
    long dataOffset = nameOffset + nameLength + extraLength;
    if (dataOffset > end) {
      throw entry.error("local header should end before the next header but does not");
    }
    String name = StandardCharsets.UTF_8.decode(file.bytes(nameOffset, nameLength)).toString();
    ByteBuffer extra = file.bytes(nameOffset + nameLength, extraLength);
    expect("name", member.name(), name, entry);
    expect("flags", member.flags(), u16(header, 6), entry);
    expect("method", member.method(), u16(header, 8), entry);
    checkSizes(header, extra, member, entry);
    return dataOffset;
  }

  /** Where a descriptor follows the data, the header may also leave CRC and sizes at zero. */
  private static void checkSizes(
      ByteBuffer header, ByteBuffer extra, ZipMember member, Location entry)
      throws TensorFileException {
    long crc = u32(header, 14);
    ZipSizes sizes = new ZipSizes(u32(header, 22), u32(header, 18), 0).resolve(extra, entry);
    if (member.hasDescriptor() && crc == 0 && sizes.size() == 0 && sizes.compressedSize() == 0) {
      return;
    }
    expect("CRC", member.crc(), crc, entry);
    expect("compressed size", member.compressedSize(), sizes.compressedSize(), entry);
    expect("size", member.size(), sizes.size(), entry);
  }

  private static void expect(String field, Object central, Object local, Location entry)
      throws TensorFileException {
    if (!central.equals(local)) {
      throw entry.error(
          "%s should be %s as in the central directory but the local header has %s"
              .formatted(
                  field, Printable.quote(central.toString()), Printable.quote(local.toString())));
    }
  }
}
