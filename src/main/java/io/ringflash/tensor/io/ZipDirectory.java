package io.ringflash.tensor.io;

import static io.ringflash.tensor.io.ZipFields.u16;
import static io.ringflash.tensor.io.ZipFields.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The central directory of a Zip archive, strictly: {@code java.util.zip} hides where entries lie,
 * which mapping them needs, and does not hold entries against each other.
 */
final class ZipDirectory {
  private static final int MAX_SIZE = 1 << 26;

  /** Encryption, patches, strong encryption, masked headers, and whatever has no meaning yet. */
  private static final int ALLOWED_FLAGS = 0b0000_1000_0000_1110;

  private static final int HIGHEST_RATIO = 1032;

  private final ByteBuffer records;
  private final Location where;
  private int position;

  private ZipDirectory(ByteBuffer records, Location where) {
    this.records = records;
    this.where = where;
  }

  /** The entries in directory order; none has been held against its local header yet. */
  static List<ZipMember> read(InputFile file, ZipEnd end) throws IOException {
    Location where = file.location();
    if (end.directorySize() > MAX_SIZE) {
      throw where.error(
          "central directory should have at most %d bytes but got %d"
              .formatted(MAX_SIZE, end.directorySize()));
    }
    ByteBuffer records = file.bytes(end.directoryOffset(), (int) end.directorySize());
    return new ZipDirectory(records, where).members(end.count());
  }

  private List<ZipMember> members(long count) throws TensorFileException {
    List<ZipMember> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (position < records.limit()) {
      ZipMember member = member();
      if (!names.add(member.name())) {
        throw where.error(
            "entry names should differ but got %s twice".formatted(Printable.quote(member.name())));
      }
      members.add(member);
    }
    if (members.size() != count) {
      throw where.error(
          "central directory should have %s entries but got %d"
              .formatted(Long.toUnsignedString(count), members.size()));
    }
    return members;
  }

  private ZipMember member() throws TensorFileException {
    ByteBuffer header = take(ZipFields.CENTRAL_HEADER_SIZE);
    if (header.getInt(0) != ZipFields.CENTRAL_HEADER) {
      throw where.error("central directory should consist of entries but has something else");
    }
    String name = name(take(u16(header, 28)));
    ByteBuffer extra = take(u16(header, 30));
    take(u16(header, 32));
    Location entry = where.entry(name);
    ZipSizes sizes =
        new ZipSizes(u32(header, 24), u32(header, 20), u32(header, 42)).resolve(extra, entry);
    if (u16(header, 34) != 0) {
      throw entry.error("should be in the only part of the archive");
    }
    ZipMember member =
        new ZipMember(
            name,
            u16(header, 8),
            u16(header, 10),
            u32(header, 16),
            sizes.compressedSize(),
            sizes.size(),
            sizes.headerOffset());
    check(member, entry);
    return member;
  }

  private ByteBuffer take(int length) throws TensorFileException {
    if (length > records.limit() - position) {
      throw where.error("central directory should end with its last entry but is cut short");
    }
    ByteBuffer taken = records.slice(position, length).order(ByteOrder.LITTLE_ENDIAN);
    position += length;
    return taken;
  }

  private String name(ByteBuffer bytes) throws TensorFileException {
    try {
      String name = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      ZipNames.check(name, where.entry(name));
      return name;
    } catch (CharacterCodingException e) {
      throw where.error("entry names should be valid UTF-8", e);
    }
  }

  private static void check(ZipMember member, Location entry) throws TensorFileException {
    if ((member.flags() & ZipFields.FLAG_ENCRYPTED) != 0) {
      throw entry.error("should not be encrypted");
    }
    if ((member.flags() & ~ALLOWED_FLAGS) != 0) {
      throw entry.error("flags should be known but got 0x%x".formatted(member.flags()));
    }
    switch (member.method()) {
      case ZipMember.STORED -> {
        if (member.size() != member.compressedSize()) {
          throw entry.error(
              "should be stored in %d bytes but got %d"
                  .formatted(member.size(), member.compressedSize()));
        }
      }
      case ZipMember.DEFLATED -> {
        if (member.size() / HIGHEST_RATIO > member.compressedSize()) {
          throw entry.error(
              "%d deflated bytes should hold at most %d times as many but got %d"
                  .formatted(member.compressedSize(), HIGHEST_RATIO, member.size()));
        }
      }
      default ->
          throw entry.error(
              "compression method should be 0 (stored) or 8 (deflated) but got " + member.method());
    }
  }
}
