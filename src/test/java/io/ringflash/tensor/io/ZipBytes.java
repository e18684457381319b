package io.ringflash.tensor.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds Zip archives field by field, right or wrong. */
final class ZipBytes {
  /** What one entry's two headers say. Right until a test changes it. */
  static final class Entry {
    String localName;
    String centralName;
    int localMethod;
    int centralMethod;
    int localFlags;
    int centralFlags;
    long localCrc;
    long centralCrc;
    long localSize;
    long centralSize;
    long localCompressed;
    long centralCompressed;
    byte[] localExtra = {};
    byte[] centralExtra = {};
    byte[] comment = {};
    byte[] compressed;
    byte[] descriptor = {};
    byte[] gapBefore = {};
    long headerShift;
    long centralOffset = -1;
    int centralSignature = ZipFields.CENTRAL_HEADER;
    int localSignature = ZipFields.LOCAL_HEADER;
    int disk;

    private Entry(String name, byte[] content, byte[] compressed, int method) {
      CRC32 crc = new CRC32();
      crc.update(content);
      localName = centralName = name;
      localMethod = centralMethod = method;
      localCrc = centralCrc = crc.getValue();
      localSize = centralSize = content.length;
      localCompressed = centralCompressed = compressed.length;
      this.compressed = compressed;
    }

    static Entry stored(String name, byte[] content) {
      return new Entry(name, content, content, 0);
    }

    static Entry deflated(String name, byte[] content) {
      return new Entry(name, content, deflate(content), 8);
    }

    Entry name(String name) {
      localName = centralName = name;
      return this;
    }

    Entry flags(int flags) {
      localFlags = centralFlags = flags;
      return this;
    }

    Entry method(int method) {
      localMethod = centralMethod = method;
      return this;
    }

    Entry crc(long crc) {
      localCrc = centralCrc = crc;
      return this;
    }

    Entry size(long size) {
      localSize = centralSize = size;
      return this;
    }

    Entry compressedSize(long size) {
      localCompressed = centralCompressed = size;
      return this;
    }

    /** Sizes in Zip64 fields, as NumPy writes local headers. */
    Entry zip64Local() {
      localExtra = zip64(localSize, localCompressed);
      localSize = localCompressed = ZipFields.IN_ZIP64;
      return this;
    }

    Entry zip64Central() {
      centralExtra = zip64(centralSize, centralCompressed);
      centralSize = centralCompressed = ZipFields.IN_ZIP64;
      return this;
    }

    /** As written to a pipe: nothing known in the local header, all in the descriptor. */
    Entry streamed(boolean signed, boolean wide) {
      ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
      if (signed) {
        bytes.putInt(ZipFields.DESCRIPTOR);
      }
      bytes.putInt((int) centralCrc);
      if (wide) {
        bytes.putLong(centralCompressed).putLong(centralSize);
      } else {
        bytes.putInt((int) centralCompressed).putInt((int) centralSize);
      }
      descriptor = java.util.Arrays.copyOf(bytes.array(), bytes.position());
      localCrc = localSize = localCompressed = 0;
      return flags(1 << 3);
    }
  }

  final List<Entry> entries = new ArrayList<>();
  byte[] before = {};
  byte[] beforeDirectory = {};
  byte[] afterDirectory = {};
  byte[] comment = {};
  byte[] after = {};
  int countShift;
  int totalShift;
  long directoryShift;
  long directorySizeShift;
  int disk;
  boolean zip64;
  boolean zip64OnlyInZip64;
  long zip64OffsetShift;
  long zip64CountShift;
  long zip64LocatorShift;
  long zip64SizeShift;
  int zip64Disks = 1;

  static ZipBytes of(Entry... entries) {
    ZipBytes zip = new ZipBytes();
    zip.entries.addAll(List.of(entries));
    return zip;
  }

  static byte[] zip64(long... values) {
    ByteBuffer extra = ByteBuffer.allocate(4 + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    extra.putShort((short) 1).putShort((short) (8 * values.length));
    for (long value : values) {
      extra.putLong(value);
    }
    return extra.array();
  }

  static byte[] deflate(byte[] content) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] chunk = new byte[8192];
    while (!deflater.finished()) {
      out.write(chunk, 0, deflater.deflate(chunk));
    }
    deflater.end();
    return out.toByteArray();
  }

  byte[] build() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(before);
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      out.writeBytes(entry.gapBefore);
      long offset = entry.centralOffset >= 0 ? entry.centralOffset : out.size() + entry.headerShift;
      directory.writeBytes(central(entry, offset));
      out.writeBytes(local(entry));
      out.writeBytes(entry.compressed);
      out.writeBytes(entry.descriptor);
    }
    out.writeBytes(beforeDirectory);
    long directoryOffset = out.size() + directoryShift;
    long directorySize = directory.size() + directorySizeShift;
    out.writeBytes(directory.toByteArray());
    out.writeBytes(afterDirectory);
    if (zip64) {
      out.writeBytes(zip64End(directoryOffset, directorySize, out.size()));
    }
    out.writeBytes(end(directoryOffset, directorySize));
    out.writeBytes(comment);
    out.writeBytes(after);
    return out.toByteArray();
  }

  private static byte[] local(Entry entry) {
    byte[] name = entry.localName.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(30 + name.length + entry.localExtra.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(entry.localSignature)
        .putShort((short) 45)
        .putShort((short) entry.localFlags)
        .putShort((short) entry.localMethod)
        .putInt(0)
        .putInt((int) entry.localCrc)
        .putInt((int) entry.localCompressed)
        .putInt((int) entry.localSize)
        .putShort((short) name.length)
        .putShort((short) entry.localExtra.length)
        .put(name)
        .put(entry.localExtra)
        .array();
  }

  private static byte[] central(Entry entry, long offset) {
    byte[] name = entry.centralName.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(46 + name.length + entry.centralExtra.length + entry.comment.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(entry.centralSignature)
        .putShort((short) 45)
        .putShort((short) 45)
        .putShort((short) entry.centralFlags)
        .putShort((short) entry.centralMethod)
        .putInt(0)
        .putInt((int) entry.centralCrc)
        .putInt((int) entry.centralCompressed)
        .putInt((int) entry.centralSize)
        .putShort((short) name.length)
        .putShort((short) entry.centralExtra.length)
        .putShort((short) entry.comment.length)
        .putShort((short) entry.disk)
        .putShort((short) 0)
        .putInt(0)
        .putInt((int) offset)
        .put(name)
        .put(entry.centralExtra)
        .put(entry.comment)
        .array();
  }

  private byte[] zip64End(long directoryOffset, long directorySize, long position) {
    long count = entries.size() + zip64CountShift;
    return ByteBuffer.allocate(76)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(ZipFields.ZIP64_END)
        .putLong(44 + zip64SizeShift)
        .putShort((short) 45)
        .putShort((short) 45)
        .putInt(0)
        .putInt(0)
        .putLong(count)
        .putLong(count)
        .putLong(directorySize)
        .putLong(directoryOffset + zip64OffsetShift)
        .putInt(ZipFields.ZIP64_LOCATOR)
        .putInt(0)
        .putLong(position + zip64LocatorShift)
        .putInt(zip64Disks)
        .array();
  }

  private byte[] end(long directoryOffset, long directorySize) {
    int count = zip64OnlyInZip64 ? 0xFFFF : entries.size() + countShift;
    return ByteBuffer.allocate(22)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(ZipFields.END)
        .putShort((short) disk)
        .putShort((short) disk)
        .putShort((short) count)
        .putShort((short) (count + totalShift))
        .putInt((int) (zip64OnlyInZip64 ? ZipFields.IN_ZIP64 : directorySize))
        .putInt((int) (zip64OnlyInZip64 ? ZipFields.IN_ZIP64 : directoryOffset))
        .putShort((short) comment.length)
        .array();
  }
}
